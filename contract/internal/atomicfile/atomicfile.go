// Package atomicfile writes files that are there with all their content or not
// at all.
package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// File is a file that is being written. What was at its place before stays
// there until Commit.
type File struct {
	*os.File          // the temporary file; it may be read back
	name     string   // where it is to be
	through  *os.File // what the content is copied to instead: a pipe or a device
}

// Create begins a file. It fails where the file could not be written later: no
// such directory, no permission, a directory. A link stays a link, and a pipe
// or a device stays what it is: the content is written to it. A file that is
// replaced keeps its permissions.
func Create(name string) (*File, error) { return create(name, 0o666, true) }

// CreatePrivate is Create for what nobody else may read: a regular file has
// mode 0600, whatever it had before.
func CreatePrivate(name string) (*File, error) { return create(name, 0o600, false) }

func create(name string, mode fs.FileMode, keepMode bool) (*File, error) {
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target // a link is to stay one
	}
	switch info, err := os.Stat(name); {
	case err == nil && info.IsDir():
		return nil, fmt.Errorf("%s is a directory; give the name of a file", name)
	case err == nil:
		// Renaming over a file would pass over its own permissions.
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return nil, fmt.Errorf("the file cannot be written: %w", err)
		}
		if !info.Mode().IsRegular() {
			temp, err := os.CreateTemp("", "."+filepath.Base(name)+".*.tmp")
			if err != nil {
				_ = f.Close() // nothing was written to it
				return nil, err
			}
			return &File{File: temp, name: name, through: f}, nil
		}
		if err := f.Close(); err != nil {
			return nil, err
		}
		if keepMode {
			mode = info.Mode().Perm()
		}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("the file cannot be written: %w", err)
	}
	dir, base := filepath.Split(name)
	temp := filepath.Join(dir, fmt.Sprintf(".%s.%x.tmp", base, rand.Uint64()))
	f, err := os.OpenFile(temp, os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		if pathError, ok := errors.AsType[*fs.PathError](err); ok {
			err = pathError.Err // the name of the temporary file helps nobody
		}
		return nil, fmt.Errorf("%s cannot be written: %w", name, err)
	}
	return &File{File: f, name: name}, nil
}

// Discard removes what was begun. It may be called on nil and after Commit.
func (f *File) Discard() error {
	if f == nil || f.File == nil {
		return nil
	}
	_ = f.Close() // nothing in it is wanted
	err := os.Remove(f.File.Name())
	if f.through != nil {
		_ = f.through.Close() // nothing was written to it, or that has failed
	}
	f.File = nil
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return err
}

// Rewrite begins the content anew, and returns what was written so far as a file
// to read from and to discard.
func (f *File) Rewrite() (*File, error) {
	dir := filepath.Dir(f.File.Name())
	temp, err := os.CreateTemp(dir, "."+filepath.Base(f.name)+".*.tmp")
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil {
		err = temp.Chmod(info.Mode().Perm())
	}
	if err != nil {
		return nil, errors.Join(err, temp.Close(), os.Remove(temp.Name()))
	}
	was := &File{File: f.File}
	f.File = temp
	return was, nil
}

// Commit makes sure that the content is on the disk and puts the file in its
// place. After an error there is nothing of it left.
func (f *File) Commit() error {
	if f.through != nil {
		return f.copyThrough()
	}
	err := errors.Join(f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.File.Name(), f.name)
	}
	if err != nil {
		return errors.Join(err, f.Discard())
	}
	f.File = nil
	syncDir(filepath.Dir(f.name))
	return nil
}

func (f *File) copyThrough() error {
	_, err := f.Seek(0, io.SeekStart)
	if err == nil {
		_, err = io.Copy(f.through, f.File)
	}
	return errors.Join(err, f.through.Close(), f.Discard())
}

// syncDir makes a rename last. Not every file system lets a directory be
// synced, and then there is nothing to be done.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}
