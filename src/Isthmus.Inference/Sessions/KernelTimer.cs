using System.Collections.Immutable;
using System.Text.Json;
using Isthmus.Core.Errors;
using Isthmus.Core.Profiling;
using Isthmus.Core.Tensors;

namespace Isthmus.Inference.Sessions;

/// <summary>Times the kernels of a network, by ONNX Runtime's own profiler, with the optimisations and threads that it runs with otherwise.</summary>
public static class KernelTimer
{
    private const string KernelSuffix = "_kernel_time";

    // Some kilobytes a kernel and run.
    private const long MaxBytes = 1L << 30;

    /// <summary>Measures.</summary>
    /// <param name="onnx">The ONNX file's bytes.</param>
    /// <param name="inputs">One tensor per input; they stay the caller's.</param>
    /// <param name="settings">Threads, provider.</param>
    /// <param name="warmup">Runs that do not count.</param>
    /// <param name="repeats">Runs that do, at least one.</param>
    /// <param name="factor">By what the times are multiplied: the emulated slow-down.</param>
    /// <param name="cancellationToken">Ends it between two runs.</param>
    /// <returns>The kernels in the order in which they ran.</returns>
    /// <exception cref="IsthmusException">The network does not run, or there is no room for the profiler's file.</exception>
    public static ImmutableArray<KernelTime> Measure(
        ReadOnlyMemory<byte> onnx, IReadOnlyList<Tensor> inputs, SessionSettings settings, int warmup, int repeats, double factor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentOutOfRangeException.ThrowIfLessThan(repeats, 1);
        DirectoryInfo folder;
        try
        {
            folder = Directory.CreateTempSubdirectory("isthmus-kernels-");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IsthmusException(ErrorKind.File, $"The runtime's profile cannot be written: {e.Message}", e);
        }

        try
        {
            string file;
            using (NetworkSession session = NetworkSession.Create(onnx, settings, Path.Combine(folder.FullName, "kernels")))
            {
                Tensor[] given = [.. inputs];
                for (int i = 0; i < warmup + repeats; i++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    foreach (Tensor output in session.Run(given, cancellationToken)) output.Dispose();
                }

                file = session.EndProfiling();
            }

            if (new FileInfo(file).Length > MaxBytes) throw new IsthmusException(ErrorKind.Model, "The runtime's profile of the network is too large to be read: measure with fewer repeats.");
            using FileStream stream = File.OpenRead(file);
            using JsonDocument profile = JsonDocument.Parse(stream);
            return Read(profile.RootElement, warmup, repeats, factor);
        }
        catch (JsonException e)
        {
            throw new IsthmusException(ErrorKind.Model, "The runtime's profile cannot be read; a disk that is full cuts it short.", e);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Reads the profiler's events: medians over the counted runs, by kernel.</summary>
    internal static ImmutableArray<KernelTime> Read(JsonElement events, int warmup, int repeats, double factor)
    {
        Dictionary<(string Name, string Position), (string Operator, List<double> Times)> kernels = [];
        List<(string Name, string Position)> order = [];
        foreach (JsonElement e in events.EnumerateArray())
        {
            if (!e.TryGetProperty("cat", out JsonElement category) || category.GetString() != "Node") continue;
            if (e.GetProperty("name").GetString() is not { } name || !name.EndsWith(KernelSuffix, StringComparison.Ordinal)) continue;
            // Two kernels may have one name; their position in the graph tells them apart.
            JsonElement args = e.GetProperty("args");
            (string Name, string Position) key = (name[..^KernelSuffix.Length], args.TryGetProperty("node_index", out JsonElement index) ? index.ToString() : "");
            if (!kernels.TryGetValue(key, out (string Operator, List<double> Times) kernel))
            {
                kernels.Add(key, kernel = (args.TryGetProperty("op_name", out JsonElement op) ? op.GetString() ?? "" : "", []));
                order.Add(key);
            }

            kernel.Times.Add(e.GetProperty("dur").GetDouble() / 1000);
        }

        return
        [
            .. order.Select(key =>
            {
                (string op, List<double> times) = kernels[key];
                // A kernel inside a loop runs several times a run.
                double perRun = times.Count > warmup + repeats ? (double)times.Count / (warmup + repeats) : 1;
                int skip = Math.Min((int)(warmup * perRun), times.Count - 1);
                return new KernelTime(key.Name, op, new(Timing.Of(times.Skip(skip)).P50.Value * perRun * factor));
            }),
        ];
    }
}
