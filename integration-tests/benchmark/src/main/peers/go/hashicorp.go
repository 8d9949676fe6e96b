package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	wal "github.com/hashicorp/raft-wal"
	"github.com/hashicorp/raft-wal/fs"
	"github.com/hashicorp/raft-wal/segment"
	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/peerstore"
	"github.com/libp2p/go-libp2p/p2p/net/gostream"
	"github.com/multiformats/go-multiaddr"
)

const (
	protocol = "/raft/1.0.0"
	timeout  = 10 * time.Second
	pool     = 3 // connections, as most who use the library have it
)

// hashicorp is hashicorp/raft between hosts of go-libp2p, with its log in raft-wal, which flushes each batch.
type hashicorp struct {
	host host.Host
	log  *wal.WAL
	raft *raft.Raft
}

// identity is the same at every start, so that each knows the others.
func identity(number int) (crypto.PrivKey, peer.ID, error) {
	seed := bytes.Repeat([]byte{byte(number + 1)}, ed25519.SeedSize)
	key, err := crypto.UnmarshalEd25519PrivateKey(ed25519.NewKeyFromSeed(seed))
	if err != nil {
		return nil, "", err
	}
	id, err := peer.IDFromPrivateKey(key)
	return key, id, err
}

func startHost(here place) (host.Host, []raft.Server, error) {
	key, _, err := identity(here.number)
	if err != nil {
		return nil, nil, err
	}
	started, err := libp2p.New(
		libp2p.Identity(key),
		libp2p.ListenAddrStrings(fmt.Sprintf("/ip4/127.0.0.1/tcp/%d", here.ports[here.number])))
	if err != nil {
		return nil, nil, err
	}
	var servers []raft.Server
	for i, port := range here.ports {
		_, id, err := identity(i)
		if err != nil {
			return nil, nil, err
		}
		address, err := multiaddr.NewMultiaddr(fmt.Sprintf("/ip4/127.0.0.1/tcp/%d", port))
		if err != nil {
			return nil, nil, err
		}
		started.Peerstore().AddAddr(id, address, peerstore.PermanentAddrTTL)
		servers = append(servers, raft.Server{ID: raft.ServerID(id.String()), Address: raft.ServerAddress(id.String())})
	}
	return started, servers, nil
}

func startHashicorp(here place, applied *ledger) (*hashicorp, error) {
	if err := os.MkdirAll(here.directory, 0o700); err != nil {
		return nil, err
	}
	started, servers, err := startHost(here)
	if err != nil {
		return nil, err
	}
	listener, err := gostream.Listen(started, protocol)
	if err != nil {
		return nil, err
	}
	logger := hclog.New(&hclog.LoggerOptions{Level: hclog.Warn, Output: os.Stderr})
	transport := raft.NewNetworkTransportWithConfig(&raft.NetworkTransportConfig{
		Stream: &streams{Listener: listener, host: started}, MaxPool: pool, Timeout: timeout, Logger: logger})
	files, err := countFlushes(fs.New())
	if err != nil {
		return nil, err
	}
	log, err := wal.Open(here.directory, wal.WithSegmentFiler(segment.NewFiler(here.directory, files)))
	if err != nil {
		return nil, err
	}
	config := raft.DefaultConfig()
	config.LocalID = servers[here.number].ID
	config.BatchApplyCh = true
	config.SnapshotThreshold = math.MaxUint64
	config.Logger = logger
	snapshots, err := raft.NewFileSnapshotStore(filepath.Join(here.directory, "snapshots"), 1, os.Stderr)
	if err != nil {
		return nil, err
	}
	exists, err := raft.HasExistingState(log, log, snapshots)
	if err != nil {
		return nil, err
	}
	if !exists {
		if err := raft.BootstrapCluster(
			config, log, log, snapshots, transport, raft.Configuration{Servers: servers}); err != nil {
			return nil, err
		}
	}
	running, err := raft.NewRaft(config, &machine{applied}, log, log, snapshots, transport)
	if err != nil {
		return nil, err
	}
	return &hashicorp{host: started, log: log, raft: running}, nil
}

func (h *hashicorp) isLeader() bool {
	return h.raft.State() == raft.Leader
}

func (h *hashicorp) follows() bool {
	_, id := h.raft.LeaderWithID()
	return id != ""
}

func (h *hashicorp) propose(command []byte) error {
	return h.raft.Apply(command, timeout).Error()
}

func (h *hashicorp) close() {
	if err := h.raft.Shutdown().Error(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	h.log.Close()
	h.host.Close()
}

// streams are libp2p's, as connections; an address is a peer id.
type streams struct {
	net.Listener
	host host.Host
}

func (s *streams) Dial(address raft.ServerAddress, patience time.Duration) (net.Conn, error) {
	id, err := peer.Decode(string(address))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return gostream.Dial(ctx, s.host, id, protocol)
}

// machine applies to the ledger.
type machine struct {
	applied *ledger
}

func (m *machine) Apply(entry *raft.Log) any {
	m.applied.apply(entry.Data)
	return nil
}

func (m *machine) Snapshot() (raft.FSMSnapshot, error) {
	return nil, fmt.Errorf("the benchmark takes no snapshots of this contender")
}

func (m *machine) Restore(snapshot io.ReadCloser) error {
	defer snapshot.Close()
	return fmt.Errorf("the benchmark takes no snapshots of this contender")
}
