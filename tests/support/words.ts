/**
 * Loads every word of the product before the first test runs. Letters load them with the first that is written, and in a
 * fresh clone that means compiling thousands of small files: longer than a single test may take.
 */
import '#messages';
