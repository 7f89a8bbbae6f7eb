package onvy_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	onvy "github.com/onvy-health/onvy-go"
)

// Meal is a meal of a user. The types and the request builders of a resource
// that is in openapi.yaml are generated; these stand here so that the example is
// whole.
type Meal struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// MealsService is a service for a second resource: it needs no more than
// [onvy.Client.Do].
type MealsService struct{ client *onvy.Client }

// Create makes a meal of a user. The server gives it its id, so a request whose
// answer is lost is not repeated.
func (s MealsService) Create(ctx context.Context, userID string, meal Meal, opts ...onvy.CallOption) (*Meal, error) {
	body, err := json.Marshal(meal)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequest(http.MethodPost, s.url(userID), strings.NewReader(string(body)))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	var created Meal
	err = s.client.Do(ctx, req, &created, append(opts, onvy.CallOperation("meals.create"))...)
	return &created, err
}

// All returns all meals of a user.
func (s MealsService) All(ctx context.Context, userID string, opts ...onvy.CallOption) iter.Seq2[Meal, error] {
	return func(yield func(Meal, error) bool) {
		req, err := http.NewRequest(http.MethodGet, s.url(userID), nil)
		if err != nil {
			yield(Meal{}, err)
			return
		}
		var page struct{ Meals []Meal }
		if err := s.client.Do(ctx, req, &page, append(opts, onvy.CallOperation("meals.list"))...); err != nil {
			yield(Meal{}, err)
			return
		}
		for _, meal := range page.Meals {
			if !yield(meal, nil) {
				return
			}
		}
	}
}

func (s MealsService) url(userID string) string {
	return s.client.BaseURL() + "users/" + url.PathEscape(userID) + "/meals"
}

// A service for a resource that this package does not have is one file.
func ExampleClient_Do() {
	srv := httptest.NewServer(mealServer())
	defer srv.Close()
	client, err := onvy.NewClient(onvy.StaticToken{AccessToken: onvy.NewSecret("token")}, onvy.WithBaseURL(srv.URL))
	if err != nil {
		log.Fatal(err)
	}
	meals := MealsService{client}
	created, err := meals.Create(context.Background(), "user_123", Meal{Name: "Porridge"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(created.ID, created.Name)
	for meal, err := range meals.All(context.Background(), "user_123") {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(meal.ID, meal.Name)
	}
	for _, err := range meals.All(context.Background(), "nobody") {
		fmt.Println(err)
	}
	// Output:
	// meal_1 Porridge
	// meal_1 Porridge
	// onvy: meals.list: 404 Not Found (not_found)
}

// mealServer keeps the meals of user_123, and is out of order at times.
func mealServer() http.Handler {
	var kept []Meal
	requests := 0
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		switch {
		case r.URL.Path != "/users/user_123/meals":
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"error":"not_found"}`)
		case r.Method == http.MethodPost:
			meal := Meal{ID: fmt.Sprint("meal_", len(kept)+1)}
			_ = json.NewDecoder(r.Body).Decode(&struct{ Name *string }{&meal.Name})
			kept = append(kept, meal)
			_ = json.NewEncoder(w).Encode(meal)
		case requests%2 == 0:
			w.WriteHeader(http.StatusServiceUnavailable) // the client asks again
		default:
			_ = json.NewEncoder(w).Encode(map[string]any{"meals": kept})
		}
	})
}
