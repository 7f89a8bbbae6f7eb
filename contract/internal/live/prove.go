package live

// earlier is how many exchanges of a case are kept as evidence.
const earlier = 64
