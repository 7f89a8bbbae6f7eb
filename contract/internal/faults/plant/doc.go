// Package plant makes faults of a resource from what the spec says of it: each
// law broken once, and each keyword of each property.
package plant
