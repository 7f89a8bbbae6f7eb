package onvy_test

import (
	"errors"
	"fmt"
	"log"
	"time"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

func ExampleUsersService_Create() {
	srv, client := start()
	defer srv.Close()

	user, err := client.Users.Create(ctx, onvy.UserCreate{
		ID:              "user_123",
		Firstname:       new("Avery"),
		Birthday:        new(onvy.NewDate(1990, time.April, 23)),
		MeasurementUnit: new(onvy.MeasurementUnitMetric),
		TZOffset:        new(int32(3600)),
		Thresholds:      &onvy.Thresholds{FTP: new(240.0)},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.ID, user.Birthday, *user.Thresholds.FTP)
	// Output: user_123 1990-04-23 240
}

// An id that is taken.
func ExampleUsersService_Create_conflict() {
	srv, client := start()
	defer srv.Close()

	for range 2 {
		_, err := client.Users.Create(ctx, onvy.UserCreate{ID: "user_123"})
		fmt.Println(errors.Is(err, onvy.ErrConflict))
	}
	// Output:
	// false
	// true
}

// The user was created and the answer was lost. Nothing is to be done about it.
func ExampleUsersService_Create_lostAnswer() {
	srv, client := start()
	defer srv.Close()
	srv.Trouble(sandbox.Trouble{Operation: "createUser", Lose: sandbox.LoseAnswer})

	user, err := client.Users.Create(ctx, onvy.UserCreate{ID: "user_123", Firstname: new("Avery")})
	fmt.Println(user.ID, err)
	fmt.Println(srv.Requests()["createUser"], "requests")
	// Output:
	// user_123 <nil>
	// 2 requests
}

func ExampleUsersService_Get() {
	srv, client := start()
	defer srv.Close()

	_, err := client.Users.Get(ctx, "nobody")
	if errors.Is(err, onvy.ErrNotFound) {
		fmt.Println("there is no such user")
	}
	// Output: there is no such user
}

// What is not set is left alone.
func ExampleUsersService_Update() {
	srv, client := start()
	defer srv.Close()
	create(client, onvy.UserCreate{ID: "user_123", Firstname: new("Avery"), Lastname: new("Smith"), Language: new("en")})

	user, err := client.Users.Update(ctx, "user_123", onvy.UserUpdate{
		Lastname: onvy.Set("Jones"),
		Language: onvy.Null[string](),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*user.Firstname, *user.Lastname, user.Language == nil)
	// Output: Avery Jones true
}

// What is not set is reset.
func ExampleUsersService_Replace() {
	srv, client := start()
	defer srv.Close()
	create(client, onvy.UserCreate{ID: "user_123", Firstname: new("Avery"), Lastname: new("Smith")})

	user, err := client.Users.Replace(ctx, "user_123", onvy.UserReplace{Firstname: new("Robin")})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*user.Firstname, user.Lastname == nil)
	// Output: Robin true
}

func ExampleUsersService_Delete() {
	srv, client := start()
	defer srv.Close()
	create(client, onvy.UserCreate{ID: "user_123"})

	fmt.Println(client.Users.Delete(ctx, "user_123"))
	fmt.Println(client.Users.Delete(ctx, "user_123"))
	// Output:
	// <nil>
	// onvy: users.delete: 404 Not Found (not_found)
}

func ExampleUsersService_All() {
	srv, client := start()
	defer srv.Close()
	for i := range 5 {
		create(client, onvy.UserCreate{ID: fmt.Sprint("user_", i)})
	}

	for user, err := range client.Users.All(ctx, &onvy.ListOptions{Limit: 2}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Print(user.ID, " ")
	}
	// Output: user_0 user_1 user_2 user_3 user_4
}

// One page at a time, for a page of one's own: give the next token to the
// browser, and get it back.
func ExampleUsersService_List() {
	srv, client := start()
	defer srv.Close()
	for i := range 3 {
		create(client, onvy.UserCreate{ID: fmt.Sprint("user_", i)})
	}

	list, err := client.Users.List(ctx, &onvy.ListOptions{Limit: 2})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(list.Users), *list.Pagination.Total)
	if next, err := list.Pagination.NextPage.Get(); err == nil && next != "" {
		list, err = client.Users.List(ctx, &onvy.ListOptions{Limit: 2, Page: next})
		fmt.Println(len(list.Users), err)
	}
	// Output:
	// 2 3
	// 1 <nil>
}

func create(client *onvy.Client, user onvy.UserCreate) {
	if _, err := client.Users.Create(ctx, user); err != nil {
		log.Fatal(err)
	}
}
