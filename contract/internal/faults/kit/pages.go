package kit

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strconv"
)

// List edits the users and the pagination of a list.
func List(f func(x *Exchange, users []any, pagination Object) []any) Mutator {
	return On(Listing, Good(func(x *Exchange) {
		Body(func(o Object) {
			users, _ := o["users"].([]any)
			pagination, _ := o["pagination"].(Object)
			o["users"] = f(x, users, pagination)
		})(x)
	}))
}

// Query edits one parameter of a list's query; "" takes it out.
func Query(name string, f func(string) string) Mutator {
	return On(Listing, Before(func(x *Exchange) {
		q := x.URL.Query()
		value := f(q.Get(name))
		q.Del(name)
		if value != "" {
			q.Set(name, value)
		}
		x.URL.RawQuery = q.Encode()
	}))
}

// Swap makes one value another.
func Swap(from, to string) func(string) string {
	return func(s string) string {
		if s == from {
			return to
		}
		return s
	}
}

// Numeric edits a limit that is a number.
func Numeric(f func(int) int) func(string) string {
	return func(s string) string {
		n, err := strconv.Atoi(s)
		if err != nil {
			return s
		}
		return strconv.Itoa(f(n))
	}
}

func IsLast(pagination Object) bool { return pagination["next_page"] == nil }

func IsFirst(x *Exchange) bool { return x.URL.Query().Get("page") == "" }

// Total is wrong by some.
func Total(off int64) Mutator {
	return List(func(_ *Exchange, users []any, p Object) []any {
		if n, ok := p["total"].(json.Number); ok {
			i, _ := n.Int64()
			p["total"] = max(i+off, 0)
		}
		return users
	})
}

func Anys(users []Object) []any {
	list := make([]any, 0, len(users))
	for _, u := range users {
		list = append(list, u)
	}
	return list
}

// OnePageMore serves every limit as one more, and says the limit that was asked.
func OnePageMore() Mutator {
	return On(Listing, func(x *Exchange, next func()) {
		q := x.URL.Query()
		n, err := strconv.Atoi(q.Get("limit"))
		if err != nil || n < 1 || n >= 1000 {
			next()
			return
		}
		q.Set("limit", strconv.Itoa(n+1))
		x.URL.RawQuery = q.Encode()
		next()
		Good(Paging(Set("limit", n)))(x, func() {})
	})
}

const endToken = "ZW5k"

// EmptyAfterLast gives the last page a next one that is empty and the end.
func EmptyAfterLast() Mutator {
	return All(
		On(Listing, Replaced(func(x *Exchange) bool { return x.URL.Query().Get("page") == endToken }, emptyPage(""))),
		List(func(_ *Exchange, users []any, p Object) []any {
			if IsLast(p) {
				p["next_page"] = endToken
			}
			return users
		}))
}

func EmptyForEver() Mutator {
	return All(
		On(Listing, Replaced(func(x *Exchange) bool { return x.URL.Query().Get("page") == endToken }, emptyPage(endToken))),
		List(func(_ *Exchange, users []any, p Object) []any {
			if IsLast(p) {
				p["next_page"] = endToken
			}
			return users
		}))
}

func emptyPage(next string) Step {
	return func(x *Exchange) {
		limit, err := strconv.Atoi(x.URL.Query().Get("limit"))
		if err != nil {
			limit = 100
		}
		pagination := Object{"limit": limit, "total": len(x.ListAs(x.Header)), "page": endToken}
		if next != "" {
			pagination["next_page"] = next
		}
		AnswerWith(200, "application/json", string(Encode(Object{"users": []any{}, "pagination": pagination})))(x)
	}
}

// ShuffledPages draws the users of every page anew.
func ShuffledPages() Mutator {
	return List(func(x *Exchange, users []any, _ Object) []any {
		everybody := Anys(x.ListAs(x.Header))
		rand.Shuffle(len(everybody), func(i, j int) { everybody[i], everybody[j] = everybody[j], everybody[i] })
		return slices.Clone(everybody[:min(len(users), len(everybody))])
	})
}

func Paging(edits ...func(Object)) Step { return Body(In("pagination", edits...)) }
