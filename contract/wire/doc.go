// Package wire has what an exchange with a server is: a request and its
// response as they were sent, with nothing tidied.
//
// A user of package contract meets the same types there, as
// contract.Exchange, contract.Header and so on. It imports nothing of this
// module.
package wire
