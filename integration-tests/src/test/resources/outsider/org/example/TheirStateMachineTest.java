package org.example;

import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.machine.StateMachineContract;
import dev.flotilla.transport.Bytes;
import java.util.List;

class TheirStateMachineTest extends StateMachineContract {
    @Override
    protected StateMachine<?> open() {
        return new Counter();
    }

    @Override
    protected StateMachine<?> another() {
        return new Counter();
    }

    @Override
    protected boolean isDurable() {
        return false;
    }

    @Override
    protected List<Bytes> commands() {
        return List.of(Bytes.utf8("1"), Bytes.utf8("20"), Bytes.utf8("300"));
    }
}
