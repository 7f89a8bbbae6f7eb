package replay

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/internal/history"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// Lanes are one history: what they say, and how much they say was not judged, is
// what one engine says that is told everything. Each has to know every grant, and
// to judge none that is another's.
func TestLanesAreOneHistory(t *testing.T) {
	h := fact.NewHasher([fact.KeySize]byte{1})
	users := &fact.Resource{Name: "users", Noun: "user", ID: "id"}
	get := &fact.Operation{ID: "get-user", Role: fact.Read, Resource: users}
	del := &fact.Operation{ID: "delete-user", Role: fact.Delete, Resource: users}
	token := &fact.Operation{ID: "token", Role: fact.Token}
	var facts []fact.Fact
	at := func(f fact.Fact) {
		n := int64(len(facts)+1) * 1e9
		f.Order, f.Status, f.Op = fact.Order{Start: n, End: n + 1, Seq: uint64(len(facts))}, 200, f.Operation.ID
		facts = append(facts, f)
	}
	grant := func(n int) {
		at(fact.Fact{Class: fact.Grants, Operation: token, Grant: &fact.Grant{
			Token: h.Digest("token", fmt.Sprint(n)), Project: h.Digest("project"), JTI: h.Digest(fmt.Sprint(n % 100)), Traded: h.Digest("refresh", fmt.Sprint(n/2)),
		}})
	}
	for n := range 300 {
		grant(n)
		user := h.Digest("users", "", fmt.Sprint(n))
		for _, op := range []*fact.Operation{del, del, get} {
			at(fact.Fact{Class: fact.Resources, Key: user, Operation: op, Token: fact.Bearer{ID: h.Digest("token", fmt.Sprint(n-n%2))}})
		}
		grant(n)
		again := facts[len(facts)-1] // as another recording has it
		again.Seq = uint64(len(facts))
		facts = append(facts, again)
	}

	options := history.Options{Whole: true, Later: true}
	tell := func(verdicts *[]history.Verdict) func(history.Verdict) {
		return func(v history.Verdict) { *verdicts = append(*verdicts, v) }
	}
	var want, got []history.Verdict
	one := history.NewEngine(nil, h, options, tell(&want))
	for i := range facts {
		f := facts[i]
		one.Add(&f, false)
	}
	one.Flush()
	require.Greater(t, len(want), 800)

	lanes := newLanes(func(o history.Options, to judge) *history.Engine {
		o.Whole, o.Later = options.Whole, options.Later
		return history.NewEngine(nil, h, o, to.say)
	}, judge{say: tell(&got)})
	spec, err := pass.Load(onvy.Spec)
	require.NoError(t, err)
	for i := range facts {
		list := []fact.Fact{facts[i]}
		lanes.add(&checkedEntry{facts: &list, call: spec.Open(&wire.Exchange{}, "")})
	}
	n := lanes.flush()
	require.ElementsMatch(t, want, got)
	require.Equal(t, one.NotJudged, n)
	require.Equal(t, 300, n.Repeated)
}

// Of tokens that are met no more, it is said once that they are forgotten. Lives are
// shared, and so is what is remembered of them.
func TestLanesForgetOnce(t *testing.T) {
	const kept = 100
	h := fact.NewHasher([fact.KeySize]byte{1})
	forgotten := func(one func(id fact.Digest) fact.Fact) int {
		lanes := newLanes(func(o history.Options, to judge) *history.Engine {
			o.Kept = kept
			return history.NewEngine(nil, h, o, to.say)
		}, judge{say: func(history.Verdict) {}})
		spec, err := pass.Load(onvy.Spec)
		require.NoError(t, err)
		for n := range 10 * kept {
			list := []fact.Fact{one(h.Digest(fmt.Sprint(n)))}
			list[0].Seq = uint64(n)
			lanes.add(&checkedEntry{facts: &list, call: spec.Open(&wire.Exchange{}, "")})
		}
		return lanes.flush().Forgotten
	}
	token := &fact.Operation{ID: "token", Role: fact.Token}
	require.Equal(t, 8*kept, forgotten(func(id fact.Digest) fact.Fact {
		return fact.Fact{Class: fact.Grants, Operation: token, Grant: &fact.Grant{Token: id}}
	}))
	del := &fact.Operation{ID: "delete-user", Role: fact.Delete, Resource: &fact.Resource{Name: "users", Noun: "user"}}
	lives := forgotten(func(id fact.Digest) fact.Fact {
		return fact.Fact{Class: fact.Resources, Key: id, Operation: del, Status: 204}
	})
	require.Greater(t, lives, 10*kept-3*kept)
	require.Less(t, lives, 10*kept-kept)
}

// Two findings are in one order however they came, or reports would differ from run
// to run.
func TestFindingsOfOneFactAreInOneOrder(t *testing.T) {
	same := ranked{Finding: rule.Finding{Rule: "users/read-back", Pointer: "/id", Message: "m"}}
	for _, change := range []func(*rule.Finding){
		func(f *rule.Finding) { f.Rule = "page/loop" }, func(f *rule.Finding) { f.Pointer = "/a" }, func(f *rule.Finding) { f.Message = "a" },
	} {
		other := same
		change(&other.Finding)
		require.Equal(t, -1, other.compare(&same))
		require.Equal(t, 1, same.compare(&other))
	}
}
