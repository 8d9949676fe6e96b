package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-libp2p/core/event"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/p2p/protocol/autonatv2"
	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/client"
	"github.com/libp2p/go-libp2p/p2p/protocol/ping"
	ma "github.com/multiformats/go-multiaddr"
)

const (
	echoID   = protocol.ID("/echo/1.0.0")
	sha256ID = protocol.ID("/flotilla/interop/sha256/1.0.0")
	resetID  = protocol.ID("/flotilla/interop/reset/1.0.0")
	// A command is given up after this time.
	patience   = 2 * time.Minute
	pieceBytes = 64 * 1024
)

type request struct {
	Command  string
	Address  string
	Bytes    int
	Count    int
	Parallel bool
}

type peerProgram struct {
	host   host.Host
	pings  *ping.PingService
	resets atomic.Int32
	// Nil unless it was asked for.
	autonat *autonatv2.AutoNAT
	// Bytes that others have uploaded.
	received atomic.Int64
	mutex    sync.Mutex
	// What peers said of themselves, and the channel that is closed when one has.
	identified map[peer.ID]event.EvtPeerIdentificationCompleted
	news       chan struct{}
}

func start(h host.Host) (*peerProgram, error) {
	p := &peerProgram{
		host:       h,
		pings:      ping.NewPingService(h),
		identified: map[peer.ID]event.EvtPeerIdentificationCompleted{},
		news:       make(chan struct{}),
	}
	events, err := h.EventBus().Subscribe(new(event.EvtPeerIdentificationCompleted))
	if err != nil {
		return nil, err
	}
	go func() {
		for e := range events.Out() {
			identified := e.(event.EvtPeerIdentificationCompleted)
			p.mutex.Lock()
			p.identified[identified.Peer] = identified
			close(p.news)
			p.news = make(chan struct{})
			p.mutex.Unlock()
		}
	}()
	h.SetStreamHandler(echoID, p.onEcho)
	h.SetStreamHandler(sha256ID, onSha256)
	h.SetStreamHandler(resetID, onReset)
	h.SetStreamHandler(perfID, p.onPerf)
	return p, nil
}

// Sends back what comes, and counts the streams that were reset.
func (p *peerProgram) onEcho(stream network.Stream) {
	if _, err := io.CopyBuffer(struct{ io.Writer }{stream}, struct{ io.Reader }{stream}, make([]byte, pieceBytes)); err != nil {
		if errors.Is(err, network.ErrReset) {
			p.resets.Add(1)
		}
		stream.Reset()
		return
	}
	stream.Close()
}

// Reads to the end and answers with the SHA-256 of all.
func onSha256(stream network.Stream) {
	digest := sha256.New()
	if _, err := io.Copy(digest, stream); err != nil {
		stream.Reset()
		return
	}
	stream.Write(digest.Sum(nil))
	stream.Close()
}

// Resets the stream as soon as something has come.
func onReset(stream network.Stream) {
	stream.Read(make([]byte, 1))
	stream.Reset()
}

func (p *peerProgram) addresses() []string {
	addresses := []string{}
	for _, address := range p.host.Network().ListenAddresses() {
		if _, err := address.ValueForProtocol(ma.P_CIRCUIT); err != nil {
			addresses = append(addresses, fmt.Sprintf("%s/p2p/%s", address, p.host.ID()))
		}
	}
	return addresses
}

func (p *peerProgram) run(line []byte) (any, error) {
	var r request
	if err := json.Unmarshal(line, &r); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	ctx = network.WithAllowLimitedConn(ctx, "interoperation")
	if r.Command == "resets" {
		return map[string]any{"count": p.resets.Load()}, nil
	}
	if r.Command == "received" {
		return map[string]any{"count": p.received.Load()}, nil
	}
	target, err := peer.AddrInfoFromString(r.Address)
	if err != nil {
		return nil, err
	}
	if err := p.host.Connect(ctx, *target); err != nil {
		return nil, err
	}
	switch r.Command {
	case "connect":
		return p.connection(target.ID)
	case "identify":
		return p.identify(ctx, target.ID)
	case "ping":
		result := <-p.pings.Ping(ctx, target.ID)
		return map[string]any{"micros": result.RTT.Microseconds()}, result.Error
	case "echo":
		return p.echo(ctx, target.ID, r.Bytes)
	case "streams":
		return p.streams(ctx, target.ID, r.Count, r.Parallel)
	case "reset":
		return p.resetInTheMidst(ctx, target.ID)
	case "bereset":
		return p.beReset(ctx, target.ID)
	case "halfclose":
		return p.halfClose(ctx, target.ID, r.Bytes)
	case "disconnect":
		return map[string]any{}, p.host.Network().ClosePeer(target.ID)
	case "reserve":
		return p.reserve(ctx, *target)
	case "reachable":
		return p.reachable(ctx)
	case "handshakes":
		return p.handshakes(ctx, *target, r.Count)
	case "upload":
		return p.upload(ctx, target.ID, r.Bytes, r.Count)
	case "trips":
		return p.trips(ctx, target.ID, r.Count)
	}
	return nil, fmt.Errorf("unknown command %q", r.Command)
}

func (p *peerProgram) connection(id peer.ID) (any, error) {
	connections := p.host.Network().ConnsToPeer(id)
	if len(connections) == 0 {
		return nil, errors.New("not connected")
	}
	state := connections[0].ConnState()
	return map[string]any{
		"peerId": connections[0].RemotePeer().String(), "address": connections[0].RemoteMultiaddr().String(),
		"security": string(state.Security), "muxer": string(state.StreamMultiplexer), "transport": state.Transport,
	}, nil
}

func (p *peerProgram) identify(ctx context.Context, id peer.ID) (any, error) {
	for {
		p.mutex.Lock()
		e, known := p.identified[id]
		news := p.news
		p.mutex.Unlock()
		if known {
			return map[string]any{
				"peerId": e.Peer.String(), "agentVersion": e.AgentVersion, "protocolVersion": e.ProtocolVersion,
				"protocols": protocol.ConvertToStrings(e.Protocols), "listenAddrs": texts(e.ListenAddrs),
				"observedAddr":     e.ObservedAddr.String(),
				"signedPeerRecord": e.SignedPeerRecord != nil,
			}, nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func texts(addresses []ma.Multiaddr) []string {
	result := []string{}
	for _, address := range addresses {
		result = append(result, address.String())
	}
	return result
}

func (p *peerProgram) echo(ctx context.Context, id peer.ID, size int) (any, error) {
	stream, err := p.host.NewStream(ctx, id, echoID)
	if err != nil {
		return nil, err
	}
	defer stream.Reset() // does nothing after the end
	sent := sha256.New()
	written := make(chan error, 1)
	go func() {
		_, err := io.CopyBuffer(struct{ io.Writer }{io.MultiWriter(stream, sent)}, io.LimitReader(rand.Reader, int64(size)), make([]byte, pieceBytes))
		if err == nil {
			err = stream.CloseWrite()
		}
		written <- err
	}()
	received := sha256.New()
	count, err := io.CopyBuffer(struct{ io.Writer }{received}, stream, make([]byte, pieceBytes))
	if err != nil {
		return nil, fmt.Errorf("after %d bytes: %w", count, err)
	}
	if err := <-written; err != nil {
		return nil, err
	}
	return map[string]any{
		"bytes": count, "sent": hex.EncodeToString(sent.Sum(nil)), "received": hex.EncodeToString(received.Sum(nil)),
	}, nil
}

// Opens count streams, one after another or all before the first says anything; each has 64 bytes echoed.
func (p *peerProgram) streams(ctx context.Context, id peer.ID, count int, parallel bool) (any, error) {
	if !parallel {
		for i := 0; i < count; i++ {
			stream, err := p.host.NewStream(ctx, id, echoID)
			if err == nil {
				err = echoOnce(stream)
			}
			if err != nil {
				return nil, fmt.Errorf("stream %d: %w", i, err)
			}
		}
		return map[string]any{"count": count}, nil
	}
	streams := make([]network.Stream, count)
	results := make(chan error, count)
	for i := range streams {
		stream, err := p.host.NewStream(ctx, id, echoID)
		if err != nil {
			return nil, fmt.Errorf("stream %d: %w", i, err)
		}
		streams[i] = stream
	}
	for _, stream := range streams {
		go func() { results <- echoOnce(stream) }()
	}
	for range streams {
		if err := <-results; err != nil {
			return nil, err
		}
	}
	return map[string]any{"count": count}, nil
}

func echoOnce(stream network.Stream) error {
	defer stream.Reset()
	sent := make([]byte, 64)
	rand.Read(sent)
	if _, err := stream.Write(sent); err != nil {
		return err
	}
	if err := stream.CloseWrite(); err != nil {
		return err
	}
	received, err := io.ReadAll(stream)
	if err == nil && !bytes.Equal(sent, received) {
		err = fmt.Errorf("%d other bytes came back", len(received))
	}
	return err
}

func (p *peerProgram) resetInTheMidst(ctx context.Context, id peer.ID) (any, error) {
	stream, err := p.host.NewStream(ctx, id, echoID)
	if err != nil {
		return nil, err
	}
	if _, err := stream.Write(make([]byte, pieceBytes)); err != nil {
		return nil, err
	}
	if _, err := io.ReadFull(stream, make([]byte, 1)); err != nil {
		return nil, err
	}
	return map[string]any{}, stream.Reset()
}

// Whether the other side's reset is seen as one.
func (p *peerProgram) beReset(ctx context.Context, id peer.ID) (any, error) {
	stream, err := p.host.NewStream(ctx, id, resetID)
	if err != nil {
		return nil, err
	}
	defer stream.Reset()
	if _, err := stream.Write(make([]byte, 1)); err != nil {
		return nil, err
	}
	_, err = io.ReadAll(stream)
	return map[string]any{"reset": errors.Is(err, network.ErrReset)}, nil
}

func (p *peerProgram) halfClose(ctx context.Context, id peer.ID, size int) (any, error) {
	stream, err := p.host.NewStream(ctx, id, sha256ID)
	if err != nil {
		return nil, err
	}
	defer stream.Reset()
	sent := sha256.New()
	if _, err := io.Copy(io.MultiWriter(stream, sent), io.LimitReader(rand.Reader, int64(size))); err != nil {
		return nil, err
	}
	if err := stream.CloseWrite(); err != nil {
		return nil, err
	}
	received, err := io.ReadAll(stream)
	return map[string]any{"sent": hex.EncodeToString(sent.Sum(nil)), "received": hex.EncodeToString(received)}, err
}

func (p *peerProgram) reserve(ctx context.Context, relay peer.AddrInfo) (any, error) {
	reservation, err := client.Reserve(ctx, p.host, relay)
	if err != nil {
		return nil, err
	}
	addresses := []string{}
	for _, address := range reservation.Addrs {
		addresses = append(addresses, fmt.Sprintf("%s/p2p-circuit/p2p/%s", address, p.host.ID()))
	}
	if len(addresses) == 0 {
		addresses = append(addresses, fmt.Sprintf("%s/p2p/%s/p2p-circuit/p2p/%s", relay.Addrs[0], relay.ID, p.host.ID()))
	}
	return map[string]any{
		"addresses": addresses, "expires": reservation.Expiration.Unix(), "limitBytes": reservation.LimitData,
		"limitSeconds": int(reservation.LimitDuration.Seconds()), "voucher": reservation.Voucher != nil,
	}, nil
}
