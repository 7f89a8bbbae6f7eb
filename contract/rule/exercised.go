package rule

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ShardFlag begins the part of a report that is a shard.
const ShardFlag = "--shard "

// wholeShards takes out the shards that are all there, and what is there twice.
func wholeShards(parts []string) (left []string) {
	of := make(map[string]map[string]bool) // the shards that are there, by their number
	for _, part := range parts {
		if i, n, ok := strings.Cut(strings.TrimPrefix(part, ShardFlag), "/"); ok && strings.HasPrefix(part, ShardFlag) {
			if of[n] == nil {
				of[n] = make(map[string]bool)
			}
			of[n][i] = true
		}
	}
	whole := slices.ContainsFunc(slices.Collect(maps.Keys(of)), func(n string) bool { return fmt.Sprint(len(of[n])) == n })
	for _, part := range parts {
		if !slices.Contains(left, part) && !(whole && strings.HasPrefix(part, ShardFlag)) {
			left = append(left, part)
		}
	}
	slices.Sort(left)
	return left
}
