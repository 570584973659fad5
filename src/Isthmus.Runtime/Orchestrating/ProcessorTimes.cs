namespace Isthmus.Runtime.Orchestrating;

/// <summary>What Linux's /proc/stat says of all processors together, in clock ticks since the machine started.</summary>
/// <param name="Busy">Ticks in which they computed.</param>
/// <param name="Total">All ticks.</param>
/// <param name="Processors">How many there are.</param>
/// <param name="Running">Threads that could run now, on all of them together.</param>
internal readonly record struct ProcessorTimes(double Busy, double Total, int Processors, int Running)
{
    /// <summary>Reads the text of the file; null if it says something else.</summary>
    public static ProcessorTimes? Parse(string text)
    {
        double busy = 0, total = 0;
        int processors = 0, running = 0;
        foreach (string line in text.Split('\n'))
        {
            if (line.StartsWith("procs_running ", StringComparison.Ordinal) && !int.TryParse(line["procs_running ".Length..], out running)) return null;
            if (!line.StartsWith("cpu", StringComparison.Ordinal)) continue;
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields[0] != "cpu")
            {
                processors++;
                continue;
            }

            // user, nice, system, idle, iowait, irq, softirq, steal; guests are counted in user already.
            for (int i = 1; i < Math.Min(fields.Length, 9); i++)
            {
                if (!double.TryParse(fields[i], out double ticks)) return null;
                total += ticks;
                if (i is not (4 or 5)) busy += ticks;
            }
        }

        return total > 0 ? new(busy, total, processors, running) : null;
    }
}
