package main

import (
	"hash/crc32"
	"sync"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ledger is the state that all peers agree on, as dev.flotilla.benchmark.Ledger has it.
type ledger struct {
	mutex sync.Mutex
	now   ledgerState
}

type ledgerState struct {
	Count    int64 `json:"count"`
	Checksum int64 `json:"checksum"`
}

func (l *ledger) apply(command []byte) {
	sum := crc32.Checksum(command, castagnoli)
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.now.Count++
	l.now.Checksum = int64(uint64(l.now.Checksum)*ledgerFactor + uint64(sum))
}

func (l *ledger) state() ledgerState {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.now
}
