// A go-libp2p peer for the interoperation tests. What it takes and answers stands in ../README.md.
package main

import (
	"bufio"
	"crypto/rand"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/pnet"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/relay"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	tls "github.com/libp2p/go-libp2p/p2p/security/tls"
	quic "github.com/libp2p/go-libp2p/p2p/transport/quic"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	"github.com/libp2p/go-libp2p/p2p/transport/websocket"
)

var (
	listen   = flag.String("listen", "tcp", "transports to listen on: tcp, ws, quic-v1, with commas between")
	security = flag.String("security", "noise", "security protocols in order of preference: noise, tls")
	key      = flag.String("key", "", "file with a private key in libp2p's protobuf form; without it, a new Ed25519 key")
	psk      = flag.String("pnet", "", "file with the pre-shared key of a private swarm")
	relays   = flag.Bool("relay", false, "relays for others, with the usual limits")
	autonat  = flag.Bool("autonat", false, "serves AutoNAT v2, private addresses included")
)

func main() {
	flag.Parse()
	peer, err := newPeer()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	say(map[string]any{
		"implementation": "go-libp2p " + version(),
		"peerId":         peer.host.ID().String(),
		"addresses":      peer.addresses(),
	})
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		answer, err := peer.run(lines.Bytes())
		if err != nil {
			say(map[string]any{"error": err.Error()})
		} else {
			say(map[string]any{"ok": answer})
		}
	}
	peer.host.Close()
}

func say(message any) {
	line, _ := json.Marshal(message)
	fmt.Println(string(line))
}

func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == "github.com/libp2p/go-libp2p" {
			return module.Version
		}
	}
	return "?"
}

func newPeer() (*peerProgram, error) {
	identity, err := identity()
	if err != nil {
		return nil, err
	}
	options := []libp2p.Option{
		libp2p.Identity(identity),
		libp2p.UserAgent("go-libp2p/" + version()),
		libp2p.Muxer(yamux.ID, yamux.DefaultTransport),
		libp2p.Transport(tcp.NewTCPTransport),
		libp2p.Transport(websocket.New),
		libp2p.ResourceManager(&network.NullResourceManager{}),
		libp2p.DisableMetrics(),
	}
	for _, name := range strings.Split(*security, ",") {
		switch name {
		case "noise":
			options = append(options, libp2p.Security(noise.ID, noise.New))
		case "tls":
			options = append(options, libp2p.Security(tls.ID, tls.New))
		default:
			return nil, fmt.Errorf("unknown security protocol %q", name)
		}
	}
	for _, name := range strings.Split(*listen, ",") {
		switch name {
		case "tcp":
			options = append(options, libp2p.ListenAddrStrings("/ip4/127.0.0.1/tcp/0"))
		case "ws":
			options = append(options, libp2p.ListenAddrStrings("/ip4/127.0.0.1/tcp/0/ws"))
		case "quic-v1":
			options = append(options, libp2p.ListenAddrStrings("/ip4/127.0.0.1/udp/0/quic-v1"))
		default:
			return nil, fmt.Errorf("unknown transport %q", name)
		}
	}
	if *psk != "" {
		file, err := os.Open(*psk)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		secret, err := pnet.DecodeV1PSK(file)
		if err != nil {
			return nil, err
		}
		options = append(options, libp2p.PrivateNetwork(secret))
	} else {
		options = append(options, libp2p.Transport(quic.NewTransport))
	}
	if *relays {
		options = append(options, libp2p.EnableRelayService(relay.WithLimit(relay.DefaultLimit())), libp2p.ForceReachabilityPublic())
	}
	host, err := libp2p.New(options...)
	if err != nil {
		return nil, err
	}
	peer, err := start(host)
	if err == nil && *autonat {
		err = peer.serveAutonat()
	}
	return peer, err
}

// The key in the file, in libp2p's protobuf form, or a new one.
func identity() (crypto.PrivKey, error) {
	if *key == "" {
		private, _, err := crypto.GenerateEd25519Key(rand.Reader)
		return private, err
	}
	data, err := os.ReadFile(*key)
	if err != nil {
		return nil, err
	}
	return crypto.UnmarshalPrivateKey(data)
}
