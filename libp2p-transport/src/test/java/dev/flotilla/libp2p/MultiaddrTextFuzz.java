package dev.flotilla.libp2p;

import dev.flotilla.libp2p.fuzz.FuzzTarget;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** {@link Multiaddr#parse}. */
public final class MultiaddrTextFuzz implements FuzzTarget {
    static final List<String> TEXTS = List.of(
            "/ip4/127.0.0.1/tcp/4001",
            "/ip6/2001:db8::1/udp/65535/quic-v1",
            "/dns4/example.org/tcp/443/tls/sni/example.org/ws",
            "/dnsaddr/bootstrap.example.org/p2p/12D3KooWGzxzKZYveHXtpG6AsrUJBcWxHBFS2HsEoGTxrMLvKXtf",
            "/ip4/1.2.3.4/tcp/1/p2p/12D3KooWGzxzKZYveHXtpG6AsrUJBcWxHBFS2HsEoGTxrMLvKXtf/p2p-circuit",
            "/ip6zone/eth0/ip6/fe80::1/tcp/1",
            "/ip4/127.0.0.1/udp/1/quic-v1/webtransport/certhash/uEiAkH5a4DPGKUuOBjYw0CgwjvcJCJMD2K_1aluKR_tpevQ",
            "/dns/example.org/tcp/80/http/http-path/a%2Fb",
            "/ip4/192.168.0.0/ipcidr/16");

    public static void fuzzerTestOneInput(byte[] input) {
        new MultiaddrTextFuzz().run(input);
    }

    @Override
    public List<byte[]> seeds() {
        return TEXTS.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
    }

    @Override
    public void run(byte[] input) {
        Multiaddr address;
        try {
            address = Multiaddr.parse(new String(input, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return;
        }
        MultiaddrBytesFuzz.check(address);
    }
}
