package dev.flotilla.peer.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code flotilla forget}. */
final class ForgetCommandTest extends TwoPeers {
    ForgetCommandTest(@TempDir Path parent) {
        super(parent);
    }

    @Test
    void aMemberOfALivingCommunityLeavesIt() throws Exception {
        other.done("join", peer.done("invite", "club"));

        assertThat(other.failed("forget", "club"))
                .isEqualTo(other.failed("forget", "club", "--force"))
                .isEqualTo("error: refused: this peer is a member of 'club', and the others are there; leave it first:"
                        + " flotilla leave club");
        assertThat(peer.json("members", "club").path("members")).hasSize(2);
    }

    @Test
    void aRemovedPeerForgets() throws Exception {
        other.done("join", peer.done("invite", "club"));
        peer.done("remove", "club", other.json("status").path("peerId").asText());

        assertThat(other.done("forget", "club")).startsWith("forgot club, genesis ");

        assertThat(other.json("status").path("communities")).isEmpty();
        other.done("join", peer.done("invite", "club")); // and may come back
    }

    @Test
    void theOnlyMemberMustInsist() throws Exception {
        peer.done("invite", "club");
        assertThat(peer.failed("forget", "club"))
                .contains(
                        "this peer is the only member of 'club'",
                        "flotilla backup club",
                        "flotilla forget club --force");

        assertThat(peer.json("forget", "club", "--force").path("forgotten").asText())
                .isEqualTo("club");

        assertThat(peer.json("status").path("communities")).isEmpty();
        restartPeer();
        assertThat(peer.json("status").path("communities")).isEmpty();
        peer.done("create", "club"); // the name is free
        assertThat(peer.json("invite", "club", "--list").path("tickets")).isEmpty();
    }

    @Test
    void aMemberOfACommunityThatIsGoneMustInsist() throws Exception {
        other.done("join", peer.done("invite", "club"));
        other.close();

        assertThat(peer.failed("forget", "club"))
                .contains("'club', which does not answer", "flotilla recover", "flotilla forget club --force");
        assertThat(peer.json("status").path("communities")).hasSize(1);
        peer.done("forget", "club", "--force");

        restartPeer();
        assertThat(peer.json("status").path("communities")).isEmpty();
    }

    @Test
    void whatIsNotThereIsNotForgotten() {
        assertThat(peer.failed("forget", "nowhere")).contains("no community 'nowhere' here");
    }
}
