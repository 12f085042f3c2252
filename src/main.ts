#!/usr/bin/env node
import { main } from './cli.ts';

// Where all is bundled, this is the program.
void main();
