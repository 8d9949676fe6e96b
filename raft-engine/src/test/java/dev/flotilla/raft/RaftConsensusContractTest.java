package dev.flotilla.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.consensus.contract.Journal;
import dev.flotilla.consensus.contract.JournalOp;
import dev.flotilla.consensus.contract.OpLogConsensusContract;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.Ticket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** What every implementation promises, by Raft over a network in memory. */
@Timeout(120)
class RaftConsensusContractTest extends OpLogConsensusContract {
    private static final RaftConfig CONFIG = RaftConfig.defaults().withElectionTimeout(Duration.ofMillis(300));

    private final TestSwarm swarm = new TestSwarm();

    @Override
    protected List<RaftConsensus<Journal>> swarm(int members) throws Exception {
        List<RaftConsensus<Journal>> joined = new ArrayList<>();
        RaftNode first = swarm.start();
        RaftConsensus<Journal> founder = RaftConsensus.create(first, Journal.codec(), JournalOp.codec(), CONFIG);
        joined.add(founder);
        while (joined.size() < members) {
            Ticket ticket = founder.group()
                    .invite("journals", Member.Role.VOTER, Duration.ofHours(1), TestSwarm.contact(first));
            RaftConsensus<Journal> member =
                    RaftConsensus.join(swarm.start(), ticket, Journal.codec(), JournalOp.codec(), CONFIG);
            joined.add(member);
            assertThat(member.group().joined().get(30, TimeUnit.SECONDS)).isInstanceOf(Outcome.Applied.class);
        }
        return joined;
    }

    @AfterEach
    void closeSwarm() {
        swarm.close();
    }
}
