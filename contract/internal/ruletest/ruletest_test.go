package ruletest

import (
	"errors"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/internal/example"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// says is a judge that reports what the path of the request names.
func says(_ *pass.Spec, xs []*wire.Exchange) (all []rule.Finding) {
	for id := range map[string]bool{"team/a": true, "team/b": true} {
		if len(xs[0].Request.URL) >= len(id) && xs[0].Request.URL[len(example.BaseURL)+1:] == id {
			all = append(all, rule.Finding{Rule: id, Level: rule.Drift, Message: "m", Source: "policy", Exchange: "x", Count: 1})
		}
	}
	return all
}

func TestProblemsAreWhatIsNotAsTheFileSays(t *testing.T) {
	const bad, good = "-- bad --\n> GET /team/a HTTP/1.1\n", "-- good --\n> GET / HTTP/1.1\n"
	rules := []rule.Rule{{ID: "team/a", Level: rule.Drift}, {ID: "team/b", Level: rule.Drift}}
	for name, row := range map[string]struct {
		text, want string
		judges     []Judge
	}{
		"as it should be":         {bad + good, "", []Judge{says}},
		"silent":                  {"-- bad --\n> GET / HTTP/1.1\n" + good, `team/a: bad 1 is reported by [], not by ["team/a"]`, []Judge{says}},
		"another":                 {"-- bad --\n> GET /team/b HTTP/1.1\n" + good, `team/a: bad 1 is reported by ["team/b"], not by ["team/a"]`, []Judge{says}},
		"one that does not speak": {"-- bad --\n* also team/b\n> GET /team/a HTTP/1.1\n" + good, `is reported by ["team/a"], not by ["team/a" "team/b"]`, []Judge{says}},
		"good is reported":        {bad + "-- good --\n> GET /team/a HTTP/1.1\n", `team/a: good 1 is reported by ["team/a"], not by [], by judge 1`, []Judge{says}},
		"by another":              {bad + "-- good --\n> GET /team/b HTTP/1.1\n", `team/a: good 1 is reported by ["team/b"], not by []`, []Judge{says}},
		"as it allows":            {bad + "-- good --\n* also team/b\n> GET /team/b HTTP/1.1\n", "", []Judge{says}},
		"and is not":              {bad + "-- good --\n* also team/b\n> GET / HTTP/1.1\n", `is reported by [], not by ["team/b"]`, []Judge{says}},
		"by the second judge": {bad + good, `team/a: good 1 is reported by ["team/b"], not by [], by judge 2`, []Judge{says,
			func(*pass.Spec, []*wire.Exchange) []rule.Finding { return []rule.Finding{{Rule: "team/b"}} }}},
		"surer than its rule": {bad + good, "it is surer than its rule", []Judge{changed(func(f *rule.Finding) { f.Level = rule.Violation })}},
		"no message":          {bad + good, "it has no message", []Judge{changed(func(f *rule.Finding) { f.Message = "" })}},
		"twice":               {bad + good, "it counts more than one", []Judge{changed(func(f *rule.Finding) { f.Count = 2 })}},
		"no place":            {bad + good, "it does not say where", []Judge{changed(func(f *rule.Finding) { f.Operation = "getUser" })}},
	} {
		f, err := example.Read(fstest.MapFS{"testdata/team/a.txtar": {Data: []byte(row.text)}}, "team/a")
		require.NoError(t, err, name)
		got := errors.Join(problems(nil, f, rules, row.judges)...)
		if row.want == "" {
			require.NoError(t, got, name)
		} else {
			require.ErrorContains(t, got, row.want, name)
		}
	}
}

func changed(change func(*rule.Finding)) Judge {
	return func(s *pass.Spec, xs []*wire.Exchange) []rule.Finding {
		all := says(s, xs)
		for i := range all {
			change(&all[i])
		}
		return all
	}
}
