package dev.flotilla.peer.command;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOP_FallbackServiceProvider;
import org.slf4j.helpers.Reporter;

/** How much is logged. The daemon tells what an operator wants to know; the other commands speak for themselves. */
final class Logging {
    private Logging() {}

    static void ofDaemon(boolean verbose) {
        level("dev.flotilla", verbose ? Level.DEBUG : Level.INFO);
    }

    /** Logs nothing. If nobody in this process asked for a logger before, logback is not even loaded. */
    static void ofCommand() {
        if (System.getProperty(LoggerFactory.PROVIDER_PROPERTY_KEY) == null) {
            System.setProperty(Reporter.SLF4J_INTERNAL_VERBOSITY_KEY, "WARN"); // it would tell of the choice
            System.setProperty(LoggerFactory.PROVIDER_PROPERTY_KEY, NOP_FallbackServiceProvider.class.getName());
        }
        level(org.slf4j.Logger.ROOT_LOGGER_NAME, Level.OFF);
    }

    /** Another logging library may have taken logback's place where this is used as a library. */
    private static void level(String name, Level level) {
        if (LoggerFactory.getLogger(name) instanceof Logger logger) {
            logger.setLevel(level);
        }
    }
}
