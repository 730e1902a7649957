module lectern.dev/test/node

go 1.25.0

require (
	github.com/google/go-containerregistry v0.20.6
	golang.org/x/sys v0.38.0
)
