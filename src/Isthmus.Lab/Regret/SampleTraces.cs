using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Isthmus.Core.Errors;
using Isthmus.Runtime.Links;

namespace Isthmus.Lab.Regret;

/// <summary>The four traces that adaptation is judged by; `samples/traces` holds them as files for `isthmus link --trace`.</summary>
public static class SampleTraces
{
    /// <summary>Their names.</summary>
    public static ImmutableArray<string> Names { get; } = ["step", "ramp", "square", "outage"];

    /// <summary>The trace of this name, or of this file.</summary>
    /// <exception cref="IsthmusException">It is neither.</exception>
    public static LinkTrace Get(string nameOrFile)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrFile);
        LinkTrace trace = Names.Contains(nameOrFile)
            ? LinkTrace.Parse(Csv(nameOrFile), nameOrFile, LinkConditions.Transparent, LinkConditions.Transparent)
            : File.Exists(nameOrFile) ? LinkTrace.Load(nameOrFile, LinkConditions.Transparent, LinkConditions.Transparent)
            : throw new IsthmusException(ErrorKind.File, $"There is no trace '{nameOrFile}': name a file, or one of {string.Join(", ", Names)}.");
        return trace.Steps[^1].At.Value >= 1000 ? trace
            : throw new IsthmusException(ErrorKind.Usage, $"The trace '{nameOrFile}' is shorter than a second: its last line marks its end.");
    }

    /// <summary>The text of a trace's file: seconds, bit/s, one-way delay; the last line marks the end.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such trace.</exception>
    public static string Csv(string name)
    {
        StringBuilder text = new();
        text.Append("# ").Append(name).Append(": ").Append(Meaning(name)).Append("\nseconds,rate,delay\n");
        foreach ((double seconds, double bits, double delay) in Lines(name))
            text.Append(CultureInfo.InvariantCulture, $"{seconds:0.###},{Math.Round(bits)},{delay:0.###}ms\n");
        return text.ToString();
    }

    private static string Meaning(string name) => name switch
    {
        "step" => "20 Mbit/s, from 30 s on 1 Mbit/s, from 80 s on 20 Mbit/s again",
        "ramp" => "from 40 Mbit/s down to 400 kbit/s within a minute, and up again, in steps of 2 s",
        "square" => "20 Mbit/s and 1 Mbit/s in turns of 15 s",
        "outage" => "10 Mbit/s, and from 40 s to 60 s practically nothing (1 kbit/s)",
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such trace."),
    };

    private static IEnumerable<(double Seconds, double Bits, double Delay)> Lines(string name)
    {
        switch (name)
        {
            case "step":
                return [(0, 20e6, 10), (30, 1e6, 25), (80, 20e6, 10), (120, 20e6, 10)];
            case "ramp":
                return Enumerable.Range(0, 61).Select(i => (i * 2.0, 40e6 * Math.Pow(10, -2 * (1 - Math.Abs((i / 30.0) - 1))), 15.0));
            case "square":
                return Enumerable.Range(0, 9).Select(i => (i * 15.0, i % 2 == 0 ? 20e6 : 1e6, 15.0));
            default:
                return [(0, 10e6, 15), (40, 1e3, 15), (60, 10e6, 15), (120, 10e6, 15)];
        }
    }
}
