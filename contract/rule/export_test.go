package rule

// Related are the ids of rules that causes ask for.
func Related() (all []string) {
	for head, rules := range consequences {
		all = append(append(all, head), rules...)
	}
	return append(all, comparing...)
}
