// What `ffm new` writes: a model that explains itself, and a small table simulated from it. The same name gives the
// same bytes on every machine.

const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;

/** The truth behind the data, on the log scale: cups on a mild day, change per degree, and by day of the week. */
const truth = { base: 4.2, perDegree: -0.015, mild: 12, days: [0.15, 0.1, 0.1, 0.12, 0.2, -0.25, -0.45] } as const;

const days = 140;

/** Uniform numbers in (0, 1) from a 32-bit linear congruential generator: plain, and the same everywhere. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

/** A Poisson count by inversion: the smallest count whose cumulative probability reaches u. */
function poisson(mean: number, u: number): number {
  let probability = Math.exp(-mean);
  let cumulative = probability;
  let count = 0;
  while (cumulative < u && count < 1000) {
    count++;
    probability *= mean / count;
    cumulative += probability;
  }
  return count;
}

/** 140 days of a café: weekday, temperature at noon, cups sold. */
export function starterData(): string {
  const random = uniform(2024);
  const rows = Array.from({ length: days }, (_, day) => {
    const season = 12 - 11 * Math.cos((2 * Math.PI * (day + 20)) / 365);
    // The sum of three uniforms is bell-shaped enough for weather.
    const temperature = Math.round(10 * (season + 4 * (random() + random() + random() - 1.5))) / 10;
    const eta = truth.base + truth.perDegree * (temperature - truth.mild) + truth.days[day % 7];
    return `${weekdays[day % 7]},${temperature.toFixed(1)},${poisson(Math.exp(eta), random())}`;
  });
  return `weekday,temperature,cups\n${rows.join("\n")}\n`;
}

/** The model as text; `name` is an identifier, `file` the data beside it. */
export function starterModel(name: string, file: string): string {
  return `/// Cups of coffee a café sells in a day, by day of the week and temperature.
model ${name}

// What was observed: one line for each column of ${file}.
data weekday     : category  // names; the levels are learnt from the data
data temperature : real      // °C at noon
data cups        : count     // 0, 1, 2, …

// What is unknown. After ~ stands what you would believe before seeing the data.
param day   : real[weekday] ~ Normal(4, 1)  // for each day of the week, the log of the cups sold
param slope : real          ~ Normal(0, 1)  // change for one standard deviation of temperature

// How the two are related. The order of lines does not matter.
let eta = day[weekday] + slope * standardize(temperature)
cups ~ Poisson(log: eta)

// Anything that follows from the parameters; it gets a standard error too.
report typical = exp(day)        // cups at the average temperature, for each day of the week
report warmer  = exp(slope) - 1  // relative change, one standard deviation warmer

// How to run it: \`ffm run ${name}.ffm\` reads this. Every key is also a flag of the command line.
flow {
  data "${file}"
}
`;
}
