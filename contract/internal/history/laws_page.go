package history

import "github.com/onvy-health/onvy-go/contract/rule"

// pageRules are about listings.
var pageRules = []*rule.Rule{
	PageRepeatsBetween, PageLoop, PageLosesUsers, PageTotalAgrees, PageEmptyWithNext,
	PageOrder,
}

var PageRepeatsBetween = law(rule.Rule{
	ID: "page/repeats-between", Level: rule.Violation, Source: "resources-and-pagination",
	Title:  "A user is in a listing once.",
	Breaks: "the last user of a page is the first of the next",
	Holds:  "each user once, in any order",
})

var PageLoop = law(rule.Rule{
	ID: "page/loop", Level: rule.Violation, Source: "resources-and-pagination",
	Title:  "The chain of next_page ends.",
	Breaks: "a next_page that was there before",
	Holds:  "a new next_page on each page, none on the last",
})

var PageLosesUsers = law(rule.Rule{
	ID: "page/loses-users", Level: rule.Violation, Source: "users/list-users",
	Title:  "A listing has every user of the project.",
	Breaks: "a user that was created before the first page is on none",
	Holds:  "a user created during the listing is on none",
})

var PageTotalAgrees = law(rule.Rule{
	ID: "page/total-agrees", Level: rule.Violation, Source: "resources-and-pagination",
	Title:  "total is the number of users, when nothing is written.",
	Breaks: "total 7 on each page, 5 users on all of them",
	Holds:  "total 8 after a create",
})

var PageEmptyWithNext = law(rule.Rule{
	ID: "page/empty-with-next", Level: rule.Drift, Source: "policy",
	Title:  "A page that says that there is more has something on it.",
	Breaks: "users [] and a next_page",
	Holds:  "users [] and no next_page",
})

var PageOrder = law(rule.Rule{
	ID: "page/order", Level: rule.Drift, Source: "policy",
	Title:  "Two listings have one order, when nothing is written.",
	Breaks: "another order at each listing",
	Holds:  "any order, twice",
})
