package faults

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strconv"
)

// list edits the users and the pagination of a list.
func list(f func(x *exchange, users []any, pagination object) []any) mutator {
	return on("listUsers", good(func(x *exchange) {
		body(func(o object) {
			users, _ := o["users"].([]any)
			pagination, _ := o["pagination"].(object)
			o["users"] = f(x, users, pagination)
		})(x)
	}))
}

// query edits one parameter of a list's query; "" takes it out.
func query(name string, f func(string) string) mutator {
	return on("listUsers", before(func(x *exchange) {
		q := x.url.Query()
		value := f(q.Get(name))
		q.Del(name)
		if value != "" {
			q.Set(name, value)
		}
		x.url.RawQuery = q.Encode()
	}))
}

// numeric edits a limit that is a number.
func numeric(f func(int) int) func(string) string {
	return func(s string) string {
		n, err := strconv.Atoi(s)
		if err != nil {
			return s
		}
		return strconv.Itoa(f(n))
	}
}

func isLast(pagination object) bool { return pagination["next_page"] == nil }

func isFirst(x *exchange) bool { return x.url.Query().Get("page") == "" }

// total is wrong by some.
func total(off int64) mutator {
	return list(func(_ *exchange, users []any, p object) []any {
		if n, ok := p["total"].(json.Number); ok {
			i, _ := n.Int64()
			p["total"] = max(i+off, 0)
		}
		return users
	})
}

func anys(users []object) []any {
	list := make([]any, 0, len(users))
	for _, u := range users {
		list = append(list, u)
	}
	return list
}

// onePageMore serves every limit as one more, and says the limit that was asked.
func onePageMore() mutator {
	return on("listUsers", func(x *exchange, next func()) {
		q := x.url.Query()
		n, err := strconv.Atoi(q.Get("limit"))
		if err != nil || n < 1 || n >= 1000 {
			next()
			return
		}
		q.Set("limit", strconv.Itoa(n+1))
		x.url.RawQuery = q.Encode()
		next()
		good(paging(set("limit", n)))(x, func() {})
	})
}

const endToken = "ZW5k"

// emptyAfterLast gives the last page a next one that is empty and the end.
func emptyAfterLast() mutator {
	return all(
		on("listUsers", replaced(func(x *exchange) bool { return x.url.Query().Get("page") == endToken }, emptyPage(""))),
		list(func(_ *exchange, users []any, p object) []any {
			if isLast(p) {
				p["next_page"] = endToken
			}
			return users
		}))
}

func emptyForEver() mutator {
	return all(
		on("listUsers", replaced(func(x *exchange) bool { return x.url.Query().Get("page") == endToken }, emptyPage(endToken))),
		list(func(_ *exchange, users []any, p object) []any {
			if isLast(p) {
				p["next_page"] = endToken
			}
			return users
		}))
}

func emptyPage(next string) step {
	return func(x *exchange) {
		limit, err := strconv.Atoi(x.url.Query().Get("limit"))
		if err != nil {
			limit = 100
		}
		pagination := object{"limit": limit, "total": len(x.listAs(x.header)), "page": endToken}
		if next != "" {
			pagination["next_page"] = next
		}
		answerWith(200, "application/json", string(encode(object{"users": []any{}, "pagination": pagination})))(x)
	}
}

// shuffledPages draws the users of every page anew.
func shuffledPages() mutator {
	return list(func(x *exchange, users []any, _ object) []any {
		everybody := anys(x.listAs(x.header))
		rand.Shuffle(len(everybody), func(i, j int) { everybody[i], everybody[j] = everybody[j], everybody[i] })
		return slices.Clone(everybody[:min(len(users), len(everybody))])
	})
}
