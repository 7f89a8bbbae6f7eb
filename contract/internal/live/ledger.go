package live

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/run"
)

// ledger is a file that names every user before it is created, and the collection
// of what gets its id from the server, so that a run
// that was killed can still be cleaned up after. It is the only list of what
// may be deleted.
type ledger struct {
	mu   sync.Mutex
	file *os.File
	open map[Entry]bool
}

// Entry is something that the suite may have created: a user, or one of another
// resource.
type Entry struct {
	Target  string `json:"target"`
	Project string `json:"project"`
	// In is the path of the collection, escaped; "" for users.
	In string `json:"in,omitempty"`
	// ID is "" where the server gives it and has not answered yet.
	ID string `json:"id"`
	// Marker is a text in the data, by which one without an id is found.
	Marker string `json:"marker,omitempty"`
	Gone   bool   `json:"gone,omitempty"`
}

// Ours reports whether an entry can only be of this suite, whoever wrote it: by
// the id, by that of the user whom it belongs to, or by what marks it.
func (e *Entry) Ours() bool {
	if e.In == "" {
		return strings.HasPrefix(e.ID, run.IDPrefix)
	}
	return strings.HasPrefix(e.In, "/") && (strings.HasPrefix(e.ID, run.IDPrefix) || strings.Contains(e.In, "/"+run.IDPrefix) || strings.HasPrefix(e.Marker, run.IDPrefix))
}

// path is where it is; "" for one without an id.
func (e *Entry) path() string {
	switch {
	case e.ID == "":
		return ""
	case e.In == "":
		return UserPath(e.ID)
	}
	return e.In + "/" + read.EscapeSegment(e.ID)
}

const ledgerSuffix = ".ledger.jsonl"

func ledgerDir(dir string) (string, error) {
	if dir != "" {
		return dir, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("contract: no place for the ledger: %w; name one with --ledger", err)
	}
	return filepath.Join(cache, "onvy-contract"), nil
}

func newLedger(dir, run string) (*ledger, error) {
	dir, err := ledgerDir(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("contract: the ledger cannot be made: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(dir, run+ledgerSuffix), os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("contract: the ledger cannot be made: %w", err)
	}
	return &ledger{file: file, open: make(map[Entry]bool)}, nil
}

// add names a user that is about to be created.
func (l *ledger) add(e Entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[e] = true
	return l.write(e)
}

// done says that a user is gone.
func (l *ledger) done(e Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, e)
	e.Gone = true
	_ = l.write(e) // if it cannot be written, a later clean deletes once more
}

func (l *ledger) write(e Entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if _, err := l.file.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("contract: the ledger cannot be written: %w", err)
	}
	return nil
}

// close removes the file if nothing is left in it, and returns how many are.
func (l *ledger) close() (left int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.file.Close() // each line was written by itself
	if len(l.open) == 0 {
		_ = os.Remove(l.file.Name()) // an empty one does no harm
	}
	return len(l.open)
}

// readLedger returns what a ledger file says is left.
func readLedger(path string) ([]Entry, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // read only
	left := make(map[Entry]bool)
	var order []Entry
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var e Entry
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue // the last line of a run that was killed
		}
		gone := e.Gone
		e.Gone = false
		if !e.Ours() {
			continue // not ours to delete, whoever wrote it here
		}
		if !gone && !left[e] {
			order = append(order, e)
		}
		left[e] = !gone
	}
	var entries []Entry
	for _, e := range order {
		if left[e] {
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// ledgers returns the files in a directory; none if there is no directory.
func ledgers(dir string) ([]string, error) {
	dir, err := ledgerDir(dir)
	if err != nil {
		return nil, err
	}
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("contract: the ledgers cannot be listed: %w", err)
	}
	var paths []string
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ledgerSuffix) {
			paths = append(paths, filepath.Join(dir, f.Name()))
		}
	}
	return paths, nil
}
