package main

import (
	"math/rand"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	commands = 256 // of random bytes, used in turn
	retry    = 10 * time.Millisecond
)

// load is a closed loop of writes, as dev.flotilla.benchmark.Load has it.
type load struct {
	Outstanding   int     `json:"outstanding"`
	Bytes         int     `json:"bytes"`
	WarmUpSeconds float64 `json:"warmUpSeconds"`
	Seconds       float64 `json:"seconds"`
	OperationsMax int64   `json:"operationsMax"`
}

type outcome struct {
	Operations int64   `json:"operations"`
	Writes     int64   `json:"writes"`
	Seconds    float64 `json:"seconds"`
	P50Micros  float64 `json:"p50Micros"`
	P99Micros  float64 `json:"p99Micros"`
	P999Micros float64 `json:"p999Micros"`
	Failed     int64   `json:"failed"`
	Failure    string  `json:"failure"`
}

// client is one of those who ask; what it counts is taken from it at the end of each part.
type client struct {
	mutex     sync.Mutex
	latencies []time.Duration
	failed    int64
	failure   string
}

// run returns once the last operation has ended.
func (l load) run(peer contender) {
	random := rand.New(rand.NewSource(int64(l.Bytes)))
	proposed := make([][]byte, commands)
	for i := range proposed {
		proposed[i] = make([]byte, l.Bytes)
		random.Read(proposed[i])
	}
	var left atomic.Int64
	left.Store(l.OperationsMax)
	var ending atomic.Bool
	clients := make([]*client, l.Outstanding)
	var running sync.WaitGroup
	for i := range clients {
		clients[i] = &client{}
		running.Add(1)
		go func() {
			defer running.Done()
			for turn := i; !ending.Load() && left.Add(-1) >= 0; turn++ {
				clients[i].propose(peer, proposed[turn%commands])
			}
		}()
	}
	ended := make(chan struct{})
	go func() {
		running.Wait()
		close(ended)
	}()
	await(ended, l.WarmUpSeconds)
	take(clients)
	say("begins")
	begin := time.Now()
	await(ended, l.Seconds)
	result := take(clients)
	result.Seconds = time.Since(begin).Seconds()
	say(result)
	ending.Store(true)
	<-ended
}

// await returns after so many seconds, or when all that was asked for has ended.
func await(ended <-chan struct{}, seconds float64) {
	select {
	case <-ended:
	case <-time.After(time.Duration(seconds * float64(time.Second))):
	}
}

func (c *client) propose(peer contender, command []byte) {
	begin := time.Now()
	err := peer.propose(command)
	taken := time.Since(begin)
	c.mutex.Lock()
	if err == nil {
		c.latencies = append(c.latencies, taken)
	} else {
		c.failed++
		c.failure = err.Error()
	}
	c.mutex.Unlock()
	if err != nil {
		time.Sleep(retry)
	}
}

// take adds up what all clients have counted since it was last called.
func take(clients []*client) outcome {
	var result outcome
	var all []time.Duration
	for _, c := range clients {
		c.mutex.Lock()
		all = append(all, c.latencies...)
		c.latencies = nil
		result.Failed += c.failed
		if c.failure != "" {
			result.Failure = c.failure
		}
		c.mutex.Unlock()
	}
	slices.Sort(all)
	result.Operations = int64(len(all))
	result.Writes = result.Operations
	result.P50Micros = percentile(all, 0.5)
	result.P99Micros = percentile(all, 0.99)
	result.P999Micros = percentile(all, 0.999)
	return result
}

// percentile is in microseconds, of what is sorted; 0 of nothing.
func percentile(sorted []time.Duration, share float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return float64(sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]) / 1e3
}
