package dev.flotilla.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The main job, by one command. */
class DemoIT {
    @Test
    void fourPeersAgree() throws Exception {
        PeerProcess.Result demo = PeerProcess.command(null, "demo");
        assertThat(demo.out().lines()).as(demo.err()).contains("all 4 peers agree");
        assertThat(demo.exitCode()).isZero();
    }

    @Test
    void aLargerSwarmAgreesToo() throws Exception {
        PeerProcess.Result demo = PeerProcess.command(null, "demo", "--peers", "5");
        assertThat(demo.out().lines()).as(demo.err()).contains("all 6 peers agree");
        assertThat(demo.exitCode()).isZero();
    }
}
