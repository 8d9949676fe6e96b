package main

import (
	"context"
	"fmt"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/p2p/protocol/autonatv2"
)

// Answers AutoNAT v2 requests from now on, and asks others' servers with reachable.
func (p *peerProgram) serveAutonat() error {
	dialer, err := libp2p.New(libp2p.NoListenAddrs, libp2p.DisableMetrics(), libp2p.ResourceManager(&network.NullResourceManager{}))
	if err != nil {
		return err
	}
	p.autonat, err = autonatv2.New(dialer, autonatv2.AllowPrivateAddrs)
	if err != nil {
		return err
	}
	return p.autonat.Start(p.host)
}

// Has a server among the connected peers find out whether this one is reachable where it listens.
func (p *peerProgram) reachable(ctx context.Context) (any, error) {
	if p.autonat == nil {
		return nil, fmt.Errorf("started without -autonat")
	}
	requests := []autonatv2.Request{}
	for _, address := range p.host.Network().ListenAddresses() {
		requests = append(requests, autonatv2.Request{Addr: address, SendDialData: true})
	}
	result, err := p.autonat.GetReachability(ctx, requests)
	if err != nil {
		return nil, err
	}
	return map[string]any{"address": result.Addr.String(), "reachable": result.Reachability == network.ReachabilityPublic}, nil
}
