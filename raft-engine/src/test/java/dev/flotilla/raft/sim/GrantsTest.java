package dev.flotilla.raft.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.PeerId;
import java.util.List;
import org.junit.jupiter.api.Test;

class GrantsTest {
    private static final PeerId N1 = Names.peer("n1");
    private static final PeerId N2 = Names.peer("n2");
    private static final PeerId N3 = Names.peer("n3");
    private static final Configuration VOTERS = Configuration.of(List.of(voter(N1), voter(N2), voter(N3)));

    private final Grants grants = new Grants();

    @Test
    void candidateAndAnotherAreAMajorityOfThree() {
        assertThat(grants.areQuorum(4, N1, VOTERS)).isFalse();
        grants.add(4, N2, store(N2, 1));
        assertThat(grants.areQuorum(4, N1, VOTERS)).isTrue();
        assertThat(grants.areQuorum(5, N1, VOTERS)).as("another term").isFalse();
    }

    @Test
    void grantOfAnotherDataDirectoryCountsForNothing() {
        grants.add(4, N2, store(N2, 2));
        assertThat(grants.areQuorum(4, N1, VOTERS)).isFalse();
    }

    @Test
    void grantOfANewDataDirectoryTakesBackNoneOfTheFormer() {
        grants.add(4, N2, store(N2, 1));
        grants.add(4, N2, store(N2, 2));
        assertThat(grants.areQuorum(4, N1, VOTERS)).isTrue();
    }

    private static Member voter(PeerId peer) {
        return Member.voter(peer, store(peer, 1));
    }

    private static StoreId store(PeerId peer, int generation) {
        return Names.store(peer, generation);
    }
}
