package org.example;

import dev.flotilla.consensus.LocalConsensus;
import dev.flotilla.consensus.contract.Journal;
import dev.flotilla.consensus.contract.OpLogConsensusContract;
import java.util.List;

class TheirConsensusTest extends OpLogConsensusContract {
    @Override
    protected List<LocalConsensus<Journal>> swarm(int members) {
        return LocalConsensus.swarm(members);
    }
}
