namespace Isthmus.Runtime.Profiling;

/// <summary>How thorough a measurement can be within its budget.</summary>
/// <param name="Cuts">Cuts.</param>
/// <param name="LossSamples">Pictures by which losses are judged.</param>
/// <param name="Repeats">Repeats of each timing.</param>
internal sealed record ProfilingEffort(int Cuts, int LossSamples, int Repeats)
{
    private const int FewestCuts = 4;
    private const int EnoughCuts = 10;

    /// <summary>Chooses the effort: first fewer repeats, then fewer samples, then fewer cuts.</summary>
    /// <param name="options">What is wanted.</param>
    /// <param name="available">Cuts that the network has.</param>
    /// <param name="run">Milliseconds of a run of the whole network here, without slow-down.</param>
    /// <param name="load">Milliseconds to load the whole network here.</param>
    /// <param name="edge">The edge's slow-down; 0 if there is no edge.</param>
    /// <param name="cloud">The cloud's; 0 if there is none.</param>
    public static ProfilingEffort Choose(ProfilerOptions options, int available, double run, double load, double edge, double cloud)
    {
        if (options.AllCuts) return new(available, options.Samples, options.Repeats);
        int most = Math.Min(options.MaxCuts, available);
        int lossy = options.Codecs.Count(c => c.Kind != Core.Codec.CodecKind.Raw);
        double budget = options.Budget.TotalMilliseconds;
        ProfilingEffort[] efforts =
        [
            new(most, options.Samples, options.Repeats),
            new(most, options.Samples, 3),
            new(most, Math.Min(options.Samples, Math.Max(4, options.Samples / 2)), 3),
        ];
        foreach (ProfilingEffort effort in efforts)
        {
            int cuts = most;
            while (cuts > Math.Min(FewestCuts, most) && Cost(effort with { Cuts = cuts }) > budget) cuts--;
            if (cuts >= Math.Min(EnoughCuts, most) || effort == efforts[^1]) return effort with { Cuts = cuts };
        }

        return efforts[^1];

        // A segment is half of the network, on average; both halves of each cut are loaded once here.
        double Cost(ProfilingEffort e)
        {
            double here = (1.2 * load) + (0.5 * run * ((Math.Max(e.LossSamples, e.Repeats) + 1) + (e.LossSamples * lossy)));
            double segment(double slow, double share) => slow * ((share * load) + (share * run * (e.Repeats + 1)));
            double there = 0;
            if (edge > 0) there += segment(edge, 0.6) * (cloud > 0 ? 2 : 1);
            if (cloud > 0) there += segment(cloud, 0.6) + (cloud * 0.6 * load);
            int middle = edge > 0 && cloud > 0 ? Math.Min(options.MiddleCuts, e.Cuts) : 0;
            double whole = (e.LossSamples * options.Inputs.Length * run) + ((edge + cloud) * (load + (run * (e.Repeats + 6))));
            // All blocks together are the network, loaded and run once more; each costs a session, and what it begins with.
            if (options.Blocks != BlockMeasurement.None) whole += (1 + edge + cloud) * ((load + (run * (e.Repeats + 1))) + (e.Cuts * 0.1 * load));
            return (e.Cuts * (here + there)) + (middle * (middle - 1) / 2 * segment(edge, 0.4)) + whole;
        }
    }
}
