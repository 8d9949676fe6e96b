// The peers of the benchmark that are written in Go: one peer of one library, as a process of its own, which speaks as
// dev.flotilla.benchmark.BenchmarkPeer does.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
)

// place is where a peer is to be.
type place struct {
	directory string
	number    int
	ports     []int
}

// contender is one peer of a group of one library.
type contender interface {
	isLeader() bool
	follows() bool
	// propose returns once the command was applied here, or will not be as far as anybody knows.
	propose(command []byte) error
	close()
}

const (
	mark         = "="
	writeBytes   = 16
	ledgerFactor = 0x9E3779B97F4A7C15
)

var saying sync.Mutex

func say(message any) {
	text, err := json.Marshal(message)
	if err != nil {
		panic(err)
	}
	saying.Lock()
	defer saying.Unlock()
	fmt.Println(mark + string(text))
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// Arguments: the library, this peer's directory, its number, the ports of all with commas between them, and what only the
// peers in Java make use of.
func main() {
	if len(os.Args) < 5 {
		fail(fmt.Errorf("usage: %s LIBRARY DIRECTORY NUMBER PORTS", os.Args[0]))
	}
	here := place{directory: os.Args[2]}
	var err error
	if here.number, err = strconv.Atoi(os.Args[3]); err != nil {
		fail(err)
	}
	for _, word := range strings.Split(os.Args[4], ",") {
		port, err := strconv.Atoi(word)
		if err != nil {
			fail(err)
		}
		here.ports = append(here.ports, port)
	}
	if os.Args[1] != "hashicorp-raft" {
		fail(fmt.Errorf("there is no contender %q", os.Args[1]))
	}
	say("starts")
	applied := &ledger{}
	peer, err := startHashicorp(here, applied)
	if err != nil {
		fail(err)
	}
	say("ready")
	obey(peer, applied)
	peer.close()
}

func obey(peer contender, applied *ledger) {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		switch word {
		case "leader":
			say(peer.isLeader())
		case "leads":
			if peer.isLeader() {
				say(1)
			} else {
				say(0)
			}
		case "follows":
			say(peer.follows())
		case "ledger":
			say(applied.state())
		case "write":
			if err := peer.propose(make([]byte, writeBytes)); err != nil {
				say(err.Error())
			} else {
				say("done")
			}
		case "load":
			var asked load
			if err := json.Unmarshal([]byte(rest), &asked); err != nil {
				fail(err)
			}
			asked.run(peer)
			say("ended")
		default:
			say(map[string]string{"error": "what is '" + lines.Text() + "'?"})
		}
	}
}
