package dev.flotilla.interop;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.util.Optional;

/** Our host and a peer of another implementation, set up as a cell of the matrix says, not yet connected. */
final class Pair implements AutoCloseable {
    private final Cell cell;
    private final ForeignPeer theirs;
    private final OurSide ours;

    Pair(Cell cell) throws IOException, InterruptedException {
        this.cell = cell;
        theirs = ForeignPeer.start(
                cell.implementation(),
                "--listen",
                cell.transport().argument(),
                "--security",
                cell.security().argument());
        ours = new OurSide(PrivateKey.generate(), cell.transport(), cell.security());
    }

    Cell cell() {
        return cell;
    }

    ForeignPeer theirs() {
        return theirs;
    }

    OurSide ours() {
        return ours;
    }

    Side dialler() {
        return cell.dialler() == Cell.Dialler.WE_DIAL ? ours : theirs;
    }

    Side acceptor() {
        return cell.dialler() == Cell.Dialler.WE_DIAL ? theirs : ours;
    }

    PeerId theirPeerId() {
        return PeerId.parse(theirs.peerId());
    }

    /** Our end of the connection between them, if there is one. */
    Optional<Connection> connection() {
        return ours.host().connections(theirPeerId()).stream().findFirst();
    }

    @Override
    public void close() throws IOException {
        ours.close();
        theirs.close();
    }
}
