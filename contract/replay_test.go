package contract_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// entries are exchanges as a reader of recordings yields them.
func entries(xs ...*contract.Exchange) iter.Seq2[*contract.Exchange, error] {
	return func(yield func(*contract.Exchange, error) bool) {
		for _, x := range xs {
			if !yield(x, nil) {
				return
			}
		}
	}
}

// manyBroken are exchanges of which each breaks something of its own.
func manyBroken(t *testing.T) []*contract.Exchange {
	t.Helper()
	var all []*contract.Exchange
	times := 20
	if !needs.Whole(t) {
		times = 3
	}
	for range times {
		for _, s := range badExamples(t, contract.KindExchange) {
			s[0].Name = fmt.Sprintf("test.har#%d", len(all))
			all = append(all, s...)
		}
		for _, s := range badExamples(t, contract.KindHistory) {
			all = append(all, s...)
		}
	}
	return all
}

func TestAReplayIsTheSameHoweverManyExchangesAreCheckedAtOnce(t *testing.T) {
	spec := loadSpec(t)
	var reports []*contract.Report
	for _, parallel := range []int{1, 8} {
		report := spec.Replay(t.Context(), "test.har", entries(manyBroken(t)...), contract.ReplayOptions{Parallel: parallel})
		report.Started, report.Duration = time.Time{}, 0
		for i := range report.Outcomes {
			report.Outcomes[i].Duration = 0
		}
		reports = append(reports, report)
	}
	require.Equal(t, reports[0], reports[1])
	require.Greater(t, len(reports[0].Findings), 100)
	require.Equal(t, 1, reports[0].ExitStatus())
}

func TestFindingsOfAReplayAreInTheOrderOfTheEntries(t *testing.T) {
	var xs []*contract.Exchange
	for i := range 100 {
		x := getUser(user("firstname", i), status(200+i%90))
		x.Name, x.Response.Status = fmt.Sprintf("test.har#%03d", i), 200
		xs = append(xs, x)
		x.Response.Body = []byte(user(fmt.Sprintf("unknown_%s%s", string(rune('a'+i/26)), string(rune('a'+i%26))), 1))
	}
	report := loadSpec(t).Replay(t.Context(), "test.har", entries(xs...), contract.ReplayOptions{Parallel: 8})
	require.Len(t, report.Findings, 100)
	require.True(t, slices.IsSortedFunc(report.Findings, func(a, b contract.Finding) int { return strings.Compare(a.Exchange, b.Exchange) }))
}

func TestWhatIsNotOfTheAPIIsCountedAndNamedWithoutIDs(t *testing.T) {
	at := func(url string) *contract.Exchange {
		x := getUser(user())
		x.Request.URL = url
		return x
	}
	report := loadSpec(t).Replay(t.Context(), "test.har", entries(
		at("https://cdn.example/users/user_123"), at("https://cdn.example/users/user_456"), at(baseURL+"/users/user_123/facts/fact_9"),
		at(baseURL+"/proj_1234567"), at(baseURL+"/habits?user=user_123"), at("not a url"), at("://"), getUser(user()),
		at("https://staging.api.onvy.health/users/user_123"), at("http://127.0.0.1:8080/users/user_123"), at("https://eu.example/base/users/user_123"),
	), contract.ReplayOptions{Hosts: []string{"eu.example"}, BasePath: "/base/"})
	require.Equal(t, map[string]int{
		"cdn.example": 2, "GET api.onvy.health/users/…": 1, "GET api.onvy.health/…": 1, "GET api.onvy.health/habits": 1, "(no host)": 2,
	}, report.Summary.Unmatched)
	require.Equal(t, 4, report.Summary.Exchanges)
	require.Empty(t, report.Findings)
	require.Equal(t, 0, report.ExitStatus())
}

func TestAnEntryThatCannotBeReadIsAnOutcomeAndStopsNoOther(t *testing.T) {
	report := loadSpec(t).Replay(t.Context(), "test.har", func(yield func(*contract.Exchange, error) bool) {
		_ = yield(getUser(user()), nil) && yield(nil, errors.New("test.har#2: not readable")) && yield(getUser(user()), nil)
	}, contract.ReplayOptions{})
	require.Equal(t, 2, report.Summary.Exchanges)
	require.Equal(t, 1, report.Summary.Passed)
	require.Equal(t, 1, report.Summary.Errors)
	require.Equal(t, "test.har#2: not readable", report.Outcomes[1].Reason)
	require.Equal(t, 2, report.ExitStatus())
}

func TestThousandsOfEntriesThatCannotBeReadAreCounted(t *testing.T) {
	report := loadSpec(t).Replay(t.Context(), "test.har", func(yield func(*contract.Exchange, error) bool) {
		for range 5000 {
			if !yield(nil, errors.New("not readable")) {
				return
			}
		}
	}, contract.ReplayOptions{})
	require.Equal(t, 5000, report.Summary.Errors)
	require.LessOrEqual(t, len(report.Outcomes), 101)
	require.Equal(t, 2, report.ExitStatus())
}

func TestARecordingWithNothingOfTheAPIDidNotRun(t *testing.T) {
	spec := loadSpec(t)
	report := spec.Replay(t.Context(), "test.har", entries(), contract.ReplayOptions{})
	require.Equal(t, 2, report.ExitStatus())
	require.Equal(t, contract.NotRun, report.Outcomes[0].Status)
	require.Equal(t, "there are no entries", report.Outcomes[0].Reason)

	x := getUser(user())
	x.Request.URL = "https://cdn.example/users"
	report = spec.Replay(t.Context(), "test.har", entries(x), contract.ReplayOptions{})
	require.Equal(t, 2, report.ExitStatus())
	require.Contains(t, report.Outcomes[0].Reason, "cdn.example")
}

func TestAReplayEndsWithItsContextAndReadingStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	read, stopped := 0, make(chan struct{})
	report := loadSpec(t).Replay(ctx, "test.har", func(yield func(*contract.Exchange, error) bool) {
		defer close(stopped)
		for {
			if read++; read == 1000 {
				cancel()
			}
			if !yield(getUser(user("firstname", 5)), nil) {
				return
			}
		}
	}, contract.ReplayOptions{Parallel: 2})
	<-stopped
	require.Equal(t, contract.NotRun, report.Outcomes[0].Status)
	require.Equal(t, "interrupted", report.Outcomes[0].Reason)
	require.NotEmpty(t, report.Findings, "what was found until then is reported")
	require.Equal(t, 1, report.ExitStatus())
}

// Recorders write entries in the order in which they began, or ended.
func TestARecordingWithOverlapsIsRightInEitherOrder(t *testing.T) {
	made := starts(0, time.Second, create("gender", "other"))
	patch := starts(3*time.Second, 4*time.Second, patchUser(`{"gender":"male"}`, user("gender", "male", "updated_at", after(60))))
	read := starts(2*time.Second, 3*time.Second, getUser(user("gender", "male", "updated_at", after(60))))
	list := starts(2*time.Second, 3*time.Second, listUsers("", `{"limit":100,"total":1}`, user("gender", "male", "updated_at", after(60))))
	deleted := starts(4*time.Second, 4*time.Second, exchange("DELETE", "/users/user_9", 204, ""))
	made9 := starts(0, time.Second, createUser(`{"id":"user_9"}`, user("id", "user_9")))
	for i, order := range [][]*contract.Exchange{
		{made, read, patch}, {made, patch, read}, {made, made9, list, patch, deleted}, {made, made9, patch, deleted, list}, {made9, made, deleted, patch, list},
	} {
		report := loadSpec(t).Replay(t.Context(), "test.har", entries(order...), contract.ReplayOptions{Slow: time.Minute})
		require.Empty(t, report.Findings, i)
	}
}

// What is only known later may explain what was found before, be it found a moment
// ago.
func TestWhatCameTooLateTakesBackWhatWasFoundSinceThen(t *testing.T) {
	xs := []*contract.Exchange{
		starts(0, time.Second, create("gender", "other")),
		starts(time.Minute, time.Second, getUser(user("gender", "male"))),
		starts(10*time.Minute, time.Second, getUser(user("gender", "male"))),
	}
	for i := range 256 { // as many as are waited for
		xs = append(xs, starts(11*time.Minute+time.Duration(i)*time.Second, time.Second, exchange("GET", "/users/user_9", 200, user("id", "user_9"))))
	}
	o := contract.ReplayOptions{Complete: true}
	report := loadSpec(t).Replay(t.Context(), "test.har", entries(xs...), o)
	require.Equal(t, []string{"users/read-back"}, rulesOf(report.Findings))

	xs = append(xs, starts(30*time.Second, time.Second, patchUser(`{"gender":"male"}`, user("gender", "male", "updated_at", after(60)))))
	report = loadSpec(t).Replay(t.Context(), "test.har", entries(xs...), o)
	require.Empty(t, report.Findings)
	require.Equal(t, 1, report.Summary.NotJudged.OutOfOrder)
}

// A verdict waits for what may explain it, and is shown with what led to it however
// much came since.
func TestWhatTheHistoryFindsInALongRecordingHasItsSteps(t *testing.T) {
	xs := []*contract.Exchange{
		starts(0, time.Second, create("gender", "other")),
		starts(time.Minute, time.Second, getUser(user("gender", "male"))),
	}
	for i := range 2000 {
		xs = append(xs, starts(time.Minute+time.Duration(i+1)*time.Second, time.Second, exchange("GET", "/users/user_9", 200, user("id", "user_9"))))
	}
	o := contract.ReplayOptions{Evidence: func(x *contract.Exchange) *contract.Exchange { return x }}
	report := loadSpec(t).Replay(t.Context(), "test.har", entries(xs...), o)
	require.Equal(t, []string{"users/read-back"}, rulesOf(report.Findings))
	f := report.Findings[0]
	require.Len(t, f.Steps, 2)
	require.Equal(t, []string{"POST", "GET"}, []string{f.Steps[0].Method, f.Steps[1].Method})
	require.Equal(t, `"other"`, f.Expected)
	require.Equal(t, `"male"`, f.Actual)
	require.Contains(t, f.Curl, "curl -i -sS")
}

// A recorder that leaves credentials out does not make the server open.
func TestARecordingWithoutAnyCredentialsSaysNothingAboutThem(t *testing.T) {
	bare := func() *contract.Exchange { return getUser(user(), authorization("")) }
	report := loadSpec(t).Replay(t.Context(), "test.har", entries(bare(), bare()), contract.ReplayOptions{})
	require.Empty(t, report.Findings)
	report = loadSpec(t).Replay(t.Context(), "test.har", entries(getUser(user()), bare()), contract.ReplayOptions{})
	require.Equal(t, []string{"auth/credentials-needed"}, rulesOf(report.Findings))

	open := func() *contract.Exchange { return serverToken(`{}`, token(), authorization("")) }
	report = loadSpec(t).Replay(t.Context(), "test.har", entries(getUser(user()), open()), contract.ReplayOptions{})
	require.Empty(t, report.Findings, "what stands between may have added the client's")
	report = loadSpec(t).Replay(t.Context(), "test.har", entries(open(), serverToken(`{}`, token("access_token", "b"))), contract.ReplayOptions{})
	require.Equal(t, []string{"client/missing"}, rulesOf(report.Findings))
}
