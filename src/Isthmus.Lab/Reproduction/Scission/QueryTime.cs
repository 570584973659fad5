using System.Collections.Immutable;
using System.Diagnostics;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;

namespace Isthmus.Lab.Reproduction.Scission;

/// <summary>How long a question about placement takes: as a process that starts for it, and asked again in a process that runs.</summary>
/// <param name="ColdMs">Median milliseconds of the whole process, from its start to its end; null where the tool is not beside this program.</param>
/// <param name="WarmMs">Median milliseconds in a warm process: both files read, laid out, searched, the reason found.</param>
/// <param name="SearchMs">The part of that which is the search, on what was read before.</param>
/// <param name="Runs">Processes that were started.</param>
public sealed record QueryTime(double? ColdMs, double WarmMs, double SearchMs, int Runs)
{
    private const int ColdRuns = 7;
    private const int WarmRuns = 60;

    /// <summary>Measures it.</summary>
    /// <param name="query">The question.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IsthmusException">The files are not of their form, or the tool fails.</exception>
    public static async Task<QueryTime> MeasureAsync(ScissionQuery query, TimeProvider clock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(clock);
        string tool = Path.Combine(AppContext.BaseDirectory, "isthmus.dll");
        List<double> cold = [];
        // The first one reads the files from the disk, and is not counted.
        for (int i = 0; File.Exists(tool) && i <= ColdRuns; i++)
        {
            double ms = await ProcessMsAsync(tool, query, clock, cancellationToken);
            if (i > 0) cold.Add(ms);
        }

        PlanningRequest request = query.Request();
        return new(
            cold.Count == 0 ? null : Median(cold),
            Median(Repeat(() => Planner.Plan(query.Request()), clock, cancellationToken)),
            Median(Repeat(() => Planner.Plan(request), clock, cancellationToken)),
            cold.Count);
    }

    private static async Task<double> ProcessMsAsync(string tool, ScissionQuery query, TimeProvider clock, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (string argument in (ImmutableArray<string>)["exec", tool, .. query.Arguments]) start.ArgumentList.Add(argument);
        long begin = clock.GetTimestamp();
        using Process process = Process.Start(start) ?? throw new IsthmusException(ErrorKind.Internal, "'dotnet' did not start.");
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            double ms = clock.GetElapsedTime(begin).TotalMilliseconds;
            await output;
            return process.ExitCode == 0 ? ms : throw new IsthmusException(ErrorKind.Planning, $"The question failed: {(await error).Trim()}");
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static List<double> Repeat(Action work, TimeProvider clock, CancellationToken cancellationToken)
    {
        List<double> ms = [];
        // As many times again first, so that the compiler has done its work.
        for (int i = 0; i < 2 * WarmRuns; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long begin = clock.GetTimestamp();
            work();
            if (i >= WarmRuns) ms.Add(clock.GetElapsedTime(begin).TotalMilliseconds);
        }

        return ms;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
