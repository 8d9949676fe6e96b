package main

import (
	"context"
	"encoding/binary"
	"io"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
)

const (
	perfID     = protocol.ID("/perf/1.0.0")
	tripBytes  = 64
	warmUpTrip = 2000
)

// Answers as the perf protocol has it: reads to the end, then sends as many bytes as the first eight say.
func (p *peerProgram) onPerf(stream network.Stream) {
	head := make([]byte, 8)
	if _, err := io.ReadFull(stream, head); err != nil {
		stream.Reset()
		return
	}
	count, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{stream}, make([]byte, pieceBytes))
	p.received.Add(count)
	if err != nil {
		stream.Reset()
		return
	}
	if err := send(stream, int64(binary.BigEndian.Uint64(head))); err != nil {
		stream.Reset()
		return
	}
	stream.Close()
}

func send(stream network.Stream, size int64) error {
	for piece := make([]byte, pieceBytes); size > 0; {
		count, err := stream.Write(piece[:min(size, pieceBytes)])
		if err != nil {
			return err
		}
		size -= int64(count)
	}
	return nil
}

// Connects and disconnects, one after another.
func (p *peerProgram) handshakes(ctx context.Context, target peer.AddrInfo, count int) (any, error) {
	begin := time.Now()
	for i := 0; i < count; i++ {
		if err := p.host.Network().ClosePeer(target.ID); err != nil {
			return nil, err
		}
		if err := p.host.Connect(ctx, target); err != nil {
			return nil, err
		}
	}
	return map[string]any{"micros": time.Since(begin).Microseconds()}, nil
}

// Sends size bytes over each of count streams at once, until the other side has read all.
func (p *peerProgram) upload(ctx context.Context, id peer.ID, size int, count int) (any, error) {
	begin := time.Now()
	results := make(chan error, count)
	for i := 0; i < count; i++ {
		go func() { results <- p.uploadOne(ctx, id, int64(size)) }()
	}
	for i := 0; i < count; i++ {
		if err := <-results; err != nil {
			return nil, err
		}
	}
	return map[string]any{"micros": time.Since(begin).Microseconds()}, nil
}

func (p *peerProgram) uploadOne(ctx context.Context, id peer.ID, size int64) error {
	stream, err := p.host.NewStream(ctx, id, perfID)
	if err != nil {
		return err
	}
	defer stream.Reset()
	if _, err := stream.Write(make([]byte, 8)); err != nil {
		return err
	}
	if err := send(stream, size); err != nil {
		return err
	}
	if err := stream.CloseWrite(); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, stream)
	return err
}

// The median of count round trips of 64 bytes over one stream.
func (p *peerProgram) trips(ctx context.Context, id peer.ID, count int) (any, error) {
	stream, err := p.host.NewStream(ctx, id, echoID)
	if err != nil {
		return nil, err
	}
	defer stream.Reset()
	piece := make([]byte, tripBytes)
	nanos := make([]int64, 0, count)
	for i := 0; i < warmUpTrip+count; i++ {
		begin := time.Now()
		if _, err := stream.Write(piece); err != nil {
			return nil, err
		}
		if _, err := io.ReadFull(stream, piece); err != nil {
			return nil, err
		}
		if i >= warmUpTrip {
			nanos = append(nanos, time.Since(begin).Nanoseconds())
		}
	}
	slices.Sort(nanos)
	return map[string]any{"micros": float64(nanos[count/2]) / 1000}, nil
}
