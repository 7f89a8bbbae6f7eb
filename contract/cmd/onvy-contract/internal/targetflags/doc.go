// Package targetflags has the flags that name a server, and how to reach it.
package targetflags
