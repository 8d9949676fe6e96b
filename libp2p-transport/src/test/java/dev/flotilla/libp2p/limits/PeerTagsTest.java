package dev.flotilla.libp2p.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.transport.PeerId;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class PeerTagsTest {
    private static final PeerId A = PrivateKey.generate().peerId();

    private final PeerTags tags = new PeerTags();

    @Test
    void aPeerIsProtectedUntilAllWhoDidTakeItBack() {
        assertThat(tags.hasProtected()).isFalse();
        tags.protect(A, "one");
        tags.protect(A, "other");
        tags.unprotect(A, "one");
        tags.unprotect(A, "one");
        assertThat(tags.isProtected(A)).isTrue();
        tags.unprotect(A, "other");
        assertThat(tags.isProtected(A)).isFalse();
        assertThat(tags.hasProtected()).isFalse();
    }

    @Test
    void tagsSumUp() {
        tags.tag(A, "one", 5);
        tags.tag(A, "one", 7);
        tags.tag(A, "other", -3);
        assertThat(tags.value(A)).isEqualTo(4);
        tags.untag(A, "one");
        tags.untag(A, "other");
        assertThat(tags.value(A)).isZero();
    }

    @Test
    void theLastAddressesOfAProtectedPeerAreKnown() throws UnknownHostException {
        InetAddress first = InetAddress.getByName("192.0.2.1");
        tags.seenAt(A, first);
        assertThat(tags.isKnown(first)).as("a stranger's").isFalse();
        tags.protect(A, "one");
        tags.seenAt(A, InetAddress.getLoopbackAddress());
        assertThat(tags.isKnown(InetAddress.getLoopbackAddress())).isFalse();
        for (int i = 1; i <= 5; i++) {
            tags.seenAt(A, InetAddress.getByName("192.0.2." + i));
        }
        assertThat(tags.isKnown(first)).as("too long ago").isFalse();
        assertThat(tags.isKnown(InetAddress.getByName("192.0.2.5"))).isTrue();
        tags.unprotect(A, "one");
        assertThat(tags.isKnown(InetAddress.getByName("192.0.2.5"))).isFalse();
    }
}
