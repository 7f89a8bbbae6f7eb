package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// atomicFile is a file that is there with all its content or not at all. What
// was there before stays until then.
type atomicFile struct {
	f    *os.File
	name string // where it is to be; "" where f is written directly
}

// createAtomic opens a file for commit or discard. It fails where the file
// could not be written later: no such directory, no permission, a directory.
// Pipes and devices are written directly.
func createAtomic(name string) (*atomicFile, error) {
	mode := fs.FileMode(0o666)
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
			return &atomicFile{f: f}, nil
		}
		if err := f.Close(); err != nil {
			return nil, err
		}
		mode = info.Mode().Perm()
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("the file cannot be written: %w", err)
	}
	dir, base := filepath.Split(name)
	temp := filepath.Join(dir, fmt.Sprintf(".%s.%x.tmp", base, rand.Uint64()))
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		if pathError, ok := errors.AsType[*fs.PathError](err); ok {
			err = pathError.Err // the name of the temporary file helps nobody
		}
		return nil, fmt.Errorf("%s cannot be written: %w", name, err)
	}
	return &atomicFile{f: f, name: name}, nil
}

// discard removes what was begun. It may be called on nil and after commit.
func (a *atomicFile) discard() {
	if a == nil || a.f == nil {
		return
	}
	_ = a.f.Close() // nothing in it is wanted
	if a.name != "" {
		_ = os.Remove(a.f.Name())
	}
	a.f = nil
}

// commit writes the content and puts the file in its place. On nil it does
// nothing.
func (a *atomicFile) commit(write func(io.Writer) error) error {
	if a == nil {
		return nil
	}
	defer a.discard()
	w := bufio.NewWriter(a.f)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if a.name == "" {
		return nil
	}
	if err := a.f.Close(); err != nil {
		return err
	}
	if err := os.Rename(a.f.Name(), a.name); err != nil {
		return err
	}
	a.f = nil
	return nil
}
