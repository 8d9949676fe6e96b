package dev.flotilla.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeerIdTest {
    private static final String ED25519 = "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq";

    record Vector(String multihash, String base58, String cid) {}

    static Stream<Vector> vectors() {
        try (InputStream in = Objects.requireNonNull(PeerIdTest.class.getResourceAsStream("peer-ids.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .filter(line -> !line.startsWith("#"))
                            .map(line -> line.split(" "))
                            .map(words -> new Vector(words[0], words[1], words[2]))
                            .toList()
                            .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void everyFormOfAnIdNamesTheSamePeer(Vector vector) {
        PeerId peer = PeerId.fromBytes(Bytes.fromHex(vector.multihash).toByteArray());
        assertThat(peer).hasToString(vector.base58);
        assertThat(PeerId.parse(vector.base58)).isEqualTo(peer).hasSameHashCodeAs(peer);
        assertThat(PeerId.parse(vector.cid)).isEqualTo(peer);
        assertThat(PeerId.parse("z"
                        + Base58.encode(Bytes.fromHex("0172" + vector.multihash).toByteArray())))
                .isEqualTo(peer);
        assertThat(Bytes.wrap(peer.toBytes()).hex()).isEqualTo(vector.multihash);
        assertThat(peer.carriesKey()).isEqualTo(vector.multihash.startsWith("00"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "b",
                "z",
                "Qm",
                "peer",
                "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3p", // a character short
                "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pqq",
                "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3p0", // not of the alphabet
                " 12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq",
                "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq\n",
                "/p2p/12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq",
                "QmaeANgBs1DTSxWSrPPtobgQuxW8XTfsS4ydbK4rCHzqx",
                "bafzbeifwzcumbiyql7bhv7fe7mixg6i7aohegq75k234m63bnw6dbicmz", // a character short
                "bafzbeifwzcumbiyql7bhv7fe7mixg6i7aohegq75k234m63bnw6dbicmzv", // bits after the last byte
                "bafzbeifwzcumbiyql7bhv7fe7mixg6i7aohegq75k234m63bnw6dbicmzua",
                "BAFZBEIFWZCUMBIYQL7BHV7FE7MIXG6I7AOHEGQ75K234M63BNW6DBICMZU",
                "bafybeifwzcumbiyql7bhv7fe7mixg6i7aohegq75k234m63bnw6dbicmzu", // a CID of other content
            })
    void whatIsNoPeerIdIsRefusedWithAReason(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PeerId.parse(text))
                .withMessageStartingWith("not a peer id: ");
    }

    @Test
    void textThatIsTooLongIsRefusedBeforeItIsDecoded() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PeerId.parse("1".repeat(1_000_000)))
                .withMessageContaining("got 1000000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "0000",
                "1220",
                "1320b6c8a8c0a3105fc27afca4fb1173791f038e4343fd56b7c67b616dbc30a04ccd", // another hash
                "1220b6c8a8c0a3105fc27afca4fb1173791f038e4343fd56b7c67b616dbc30a04c",
                "1220b6c8a8c0a3105fc27afca4fb1173791f038e4343fd56b7c67b616dbc30a04ccd00",
                "121fb6c8a8c0a3105fc27afca4fb1173791f038e4343fd56b7c67b616dbc30a04c",
                "0024080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce2",
                "0023080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e",
            })
    void whatIsNoMultihashOfAKeyIsRefused(String hex) {
        byte[] bytes = Bytes.fromHex(hex).toByteArray();
        assertThatIllegalArgumentException().isThrownBy(() -> PeerId.fromBytes(bytes));
    }

    @Test
    void anIdentityMultihashHoldsAtMost42Bytes() {
        byte[] longest = new byte[44];
        longest[1] = 42;
        assertThat(PeerId.parse(PeerId.fromBytes(longest).toString()).toBytes()).isEqualTo(longest);
        byte[] tooLong = new byte[45];
        tooLong[1] = 43;
        assertThatIllegalArgumentException().isThrownBy(() -> PeerId.fromBytes(tooLong));
    }

    @Test
    void theBytesOfAnIdCannotBeChanged() {
        byte[] source = PeerId.parse(ED25519).toBytes();
        PeerId peer = PeerId.fromBytes(source);
        source[5] ^= 1;
        peer.toBytes()[5] ^= 1;
        assertThat(peer).hasToString(ED25519);
    }

    @Test
    void idsAreOrderedByTheirUnsignedBytes() {
        List<PeerId> peers = new ArrayList<>(
                vectors().map(vector -> PeerId.parse(vector.base58)).toList());
        Collections.sort(peers);
        assertThat(peers)
                .extracting(peer -> Bytes.wrap(peer.toBytes()).hex())
                .isSorted()
                .hasSize(7);
        assertThat(peers.get(0).compareTo(PeerId.parse(peers.get(0).toString())))
                .isZero();
    }

    @Test
    void theShortTextIsTheEnd() {
        assertThat(PeerId.parse(ED25519).shortText()).isEqualTo("..o7R3pq");
    }

    @Test
    void randomAndDamagedTextIsReadInOneWayOrRefused() {
        Random random = new Random(20261121);
        List<Vector> vectors = vectors().toList();
        for (int i = 0; i < 20_000; i++) {
            Vector vector = vectors.get(random.nextInt(vectors.size()));
            StringBuilder text = new StringBuilder(random.nextBoolean() ? vector.base58 : vector.cid);
            for (int j = random.nextInt(4); j >= 0; j--) {
                text.setCharAt(random.nextInt(text.length()), (char) random.nextInt(128));
            }
            if (random.nextInt(8) == 0) {
                text.setLength(random.nextInt(text.length()));
            }
            try {
                PeerId peer = PeerId.parse(text.toString());
                assertThat(PeerId.parse(peer.toString())).isEqualTo(peer);
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageStartingWith("not a peer id: ");
            }
        }
    }
}
