package onvy_test

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

var full = onvy.UserCreate{
	ID: "avery", Firstname: new("Avery"), Lastname: new("Smith"), Language: new("en"),
	TZOffset: new(int32(3600)), MeasurementUnit: new(onvy.MeasurementUnitMetric), Gender: new(onvy.GenderOther),
	Birthday: new(onvy.NewDate(1990, time.April, 23)), Height: new(172.5), Weight: new(68.4),
	Thresholds: &onvy.Thresholds{FTP: new(240.0)}, Location: &onvy.Location{Lat: new(48.137), Lon: new(11.575)},
	CoachConfig: &onvy.CoachConfig{Enabled: new(true)},
}

func TestCreateWhoseAnswerIsLostMakesOneUser(t *testing.T) {
	for name, user := range map[string]onvy.UserCreate{"full": full, "id only": {ID: "avery"}, "empty objects": {ID: "avery", Location: &onvy.Location{}}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv, c := troubled(t)
				srv.Trouble(sandbox.Trouble{Operation: "createUser", Lose: sandbox.LoseAnswer})
				created, err := c.Users.Create(t.Context(), user)
				require.NoError(t, err)
				require.Equal(t, "avery", created.ID)
				require.Equal(t, user.Birthday, created.Birthday)
				require.Equal(t, 1+2, srv.Requests()["createUser"])
				list, err := c.Users.List(t.Context(), nil)
				require.NoError(t, err)
				require.Len(t, list.Users, 2)
			})
		})
	}
}

func TestLossIsNotForgottenForWhatComesBetween(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, c := troubled(t)
		srv.Trouble(sandbox.Trouble{Operation: "createUser", Lose: sandbox.LoseAnswer}, sandbox.Trouble{Operation: "createUser", Status: 429})
		_, err := c.Users.Create(t.Context(), full)
		require.NoError(t, err)
		srv.Trouble(sandbox.Trouble{Operation: "deleteUser", Lose: sandbox.LoseAnswer}, sandbox.Trouble{Operation: "deleteUser", Status: 429})
		require.NoError(t, c.Users.Delete(t.Context(), full.ID))
	})
}

func TestCreateOfAnIdThatOtherDataHasIsAConflict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, c := troubled(t)
		other := full
		other.Thresholds = &onvy.Thresholds{FTP: new(241.0)}
		_, err := c.Users.Create(t.Context(), other)
		require.NoError(t, err)

		_, err = c.Users.Create(t.Context(), full)
		require.ErrorIs(t, err, onvy.ErrConflict)
		srv.Trouble(sandbox.Trouble{Operation: "createUser", Lose: sandbox.LoseRequest})
		_, err = c.Users.Create(t.Context(), full)
		require.ErrorIs(t, err, onvy.ErrConflict, "what is there is not what was sent")
	})
}

func TestConflictWithoutALossIsAConflictEvenWithTheSameData(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, c := troubled(t)
		_, err := c.Users.Create(t.Context(), full)
		require.NoError(t, err)
		_, err = c.Users.Create(t.Context(), full)
		require.ErrorIs(t, err, onvy.ErrConflict)
		srv.Trouble(sandbox.Trouble{Operation: "createUser", Status: http.StatusTooManyRequests})
		_, err = c.Users.Create(t.Context(), full)
		require.ErrorIs(t, err, onvy.ErrConflict, "429 carried nothing out")
		require.Zero(t, srv.Requests()["getUser"])
	})
}

func TestConflictThatCannotBeLookedIntoIsNotCalledAConflict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, c := troubled(t)
		srv.Trouble(
			sandbox.Trouble{Operation: "createUser", Lose: sandbox.LoseAnswer},
			sandbox.Trouble{Operation: "getUser", Status: 500, Times: 3},
		)
		_, err := c.Users.Create(t.Context(), full)
		require.NotErrorIs(t, err, onvy.ErrConflict)
		e, ok := errors.AsType[*onvy.Error](err)
		require.True(t, ok)
		require.Equal(t, "users.get", e.Operation)
	})
}

func TestConflictOfAUserWhoIsGoneIsAConflict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{}
		a.users = func(w http.ResponseWriter, r *http.Request) {
			switch _, calls := a.counts(); calls {
			case 1:
				w.WriteHeader(http.StatusInternalServerError)
			case 2:
				w.WriteHeader(http.StatusConflict)
			default:
				w.WriteHeader(http.StatusNotFound)
			}
		}
		_, err := client(t, a, static).Users.Create(t.Context(), full)
		require.ErrorIs(t, err, onvy.ErrConflict)
	})
}

func TestDeleteWhoseAnswerIsLostSucceeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, c := troubled(t)
		srv.Trouble(sandbox.Trouble{Operation: "deleteUser", Lose: sandbox.LoseAnswer})
		require.NoError(t, c.Users.Delete(t.Context(), "u"))
		require.Equal(t, 2, srv.Requests()["deleteUser"])
		require.ErrorIs(t, c.Users.Delete(t.Context(), "u"), onvy.ErrNotFound, "nothing was lost here")
	})
}
