package dev.flotilla.libp2p.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * Stands before a peer, and lets its process look as one does that is killed: its connection closes first, its listener
 * still takes a few others, which are reset, and then refuses.
 */
final class DyingProcess implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int port; // of the peer behind it
    private final int takenMax;
    private volatile Socket near = new Socket(); // to who dialled
    private volatile Socket far = new Socket(); // to the peer

    /** @param takenMax how many connections are taken after the first */
    DyingProcess(int port, int takenMax) throws IOException {
        this.port = port;
        this.takenMax = takenMax;
        run(this::take);
    }

    int port() {
        return listener.getLocalPort();
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void run(Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException e) {
                        // closed: that is how it ends
                    }
                },
                "dying-process");
        thread.setDaemon(true);
        thread.start();
    }

    private void take() throws IOException {
        near = listener.accept();
        far = new Socket(InetAddress.getLoopbackAddress(), port);
        run(() -> near.getInputStream().transferTo(far.getOutputStream()));
        run(() -> far.getInputStream().transferTo(near.getOutputStream()));
        for (int i = 0; i < takenMax; i++) {
            Socket late = listener.accept();
            late.setSoLinger(true, 0);
            late.close();
        }
        listener.close();
    }

    /** The peer is on its own again, and who dialled sees nothing of that yet. */
    void cutOff() throws IOException {
        far.close();
    }

    /** The process dies: its connection first. */
    void die() throws IOException {
        near.close();
    }

    /** Its threads end with their sockets. */
    @Override
    public void close() throws IOException {
        listener.close();
        near.close();
        far.close();
    }
}
