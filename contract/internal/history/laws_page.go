package history

import "github.com/onvy-health/onvy-go/contract/rule"

// pageRules are about listings.
var pageRules = []*rule.Rule{
	PageRepeatsBetween, PageLoop, PageLosesUsers, PageTotalAgrees, PageEmptyWithNext,
	PageOrder,
}

var PageRepeatsBetween = law(rule.Rule{
	ID: "page/repeats-between", Level: rule.Violation, Source: "resources-and-pagination",
	Title:  "Two pages of a listing MUST NOT list the same user.",
	Breaks: "the last user of a page is the first of the next",
	Holds:  "each user once, in any order",
})

var PageLoop = law(rule.Rule{
	ID: "page/loop", Level: rule.Violation, Source: "resources-and-pagination",
	Title:  "The chain of next_page MUST end.",
	Breaks: "a next_page that was there before",
	Holds:  "a new next_page on each page, none on the last",
})

var PageLosesUsers = law(rule.Rule{
	ID: "page/loses-users", Level: rule.Violation, Source: "users/list-users",
	Title:  "A listing MUST have every user that exists from its first page to its last.",
	Breaks: "a user that was created before the first page is on none",
	Holds:  "a user created during the listing is on none",
})

var PageTotalAgrees = law(rule.Rule{
	ID: "page/total-agrees", Level: rule.Violation, Source: "resources-and-pagination",
	Title:  "total MUST be the number of users on all pages, if nothing is written.",
	Breaks: "total 7 on each page, 5 users on all of them",
	Holds:  "total 8 after a create",
})

var PageEmptyWithNext = law(rule.Rule{
	ID: "page/empty-with-next", Level: rule.Drift, Source: "policy",
	Title:  "A page with a next_page has users on it.",
	Breaks: "users [] and a next_page",
	Holds:  "users [] and no next_page",
})

var PageOrder = law(rule.Rule{
	ID: "page/order", Level: rule.Drift, Source: "policy",
	Title:  "Two listings have the same order, if nothing is written.",
	Breaks: "another order at each listing",
	Holds:  "any order, twice",
})
