package faults_test

import (
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/internal/faults"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// play runs the session against a server with a fault and returns its
// transcript, or the first place where it is not the expected one.
func play(t *testing.T, fault *faults.Fault, literal bool, expected []string) (transcript []string, difference string) {
	srv, err := sandbox.New()
	require.NoError(t, err)
	handler := srv.Handler()
	if fault != nil {
		handler = fault.Handler(srv)
	}
	ts := httptest.NewUnstartedServer(handler)
	ts.Config.ErrorLog = quiet()
	ts.Start()
	defer ts.Close()
	s := newSession(t, srv, ts.Listener.Addr().String(), expected, literal)
	s.run()
	return s.transcript, s.difference
}

// A fault that changes nothing would count as survived for ever, or worse, as
// killed by what else is wrong. Bodies are compared by their JSON values.
func TestEveryFaultChangesAnAnswer(t *testing.T) {
	clean, _ := play(t, nil, false, nil)
	_, difference := play(t, nil, false, clean)
	require.Empty(t, difference, "the session is not the same twice, so it proves nothing")
	for _, fault := range needs.Sample(t, faults.All(), 21) {
		if fault.Name == "never-throttled" { // it is what the sandbox does anyway
			continue
		}
		t.Run(fault.Name, func(t *testing.T) {
			t.Parallel()
			_, difference := play(t, &fault, false, clean)
			require.NotEmpty(t, difference, "%s: no answer of the session is different", fault.Title)
			t.Log(difference)
		})
	}
}

func TestEveryControlChangesAnAnswer(t *testing.T) {
	unseen := map[string]string{
		"slower":                   "the session does not look at the time",
		"never-throttled":          "it is what the sandbox does anyway",
		"close-each-connection":    "the session closes each itself",
		"next-page-absent-on-last": "that is what the sandbox does; here to stay if it changes",
	}
	clean, _ := play(t, nil, true, nil)
	for _, control := range needs.Sample(t, faults.Controls(), 7) {
		if unseen[control.Name] != "" {
			continue
		}
		t.Run(control.Name, func(t *testing.T) {
			t.Parallel()
			_, difference := play(t, &control, true, clean)
			require.NotEmpty(t, difference, "%s: no answer of the session is different", control.Title)
		})
	}
}

func TestFaultsAreWellNamed(t *testing.T) {
	names, titles := make(map[string]bool), make(map[string]bool)
	for _, fault := range append(faults.All(), faults.Controls()...) {
		require.Regexp(t, `^[a-z0-9]+(-[a-z0-9]+)*$`, fault.Name)
		require.NotEmpty(t, fault.Title, fault.Name)
		require.NotEmpty(t, fault.Class, fault.Name)
		require.False(t, names[fault.Name], "%s is there twice", fault.Name)
		require.False(t, titles[fault.Title], "%q is there twice", fault.Title)
		names[fault.Name], titles[fault.Title] = true, true
	}
}

// TestKnownFaultsAreAllHere holds the table against a list of faults that was
// made before it.
func TestKnownFaultsAreAllHere(t *testing.T) {
	list, err := os.ReadFile("testdata/known.txt")
	require.NoError(t, err)
	classes := make(map[string]string)
	for _, fault := range faults.All() {
		classes[fault.Name] = fault.Class
	}
	for line := range strings.Lines(string(list)) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), " | ")
		class, _, _ := strings.Cut(rest, " | ")
		require.Equal(t, class, classes[name], name)
	}
}
