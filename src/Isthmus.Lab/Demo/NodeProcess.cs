using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;

namespace Isthmus.Lab.Demo;

/// <summary>
/// A node of Isthmus as a process of its own on loopback: `isthmus serve`, on a port that the system chooses. It ends when it
/// is disposed, and also when this process dies, because it watches its standard input.
/// </summary>
public sealed partial class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();

    private NodeProcess(Process process, string name, Tier tier)
    {
        _process = process;
        Name = name;
        Tier = tier;
        Url = "";
    }

    /// <summary>The node's name.</summary>
    public string Name { get; }

    /// <summary>The node's tier.</summary>
    public Tier Tier { get; }

    /// <summary>The address at which it listens.</summary>
    public string Url { get; private set; }

    /// <summary>The last lines of its log.</summary>
    public IReadOnlyCollection<string> Log => _log;

    /// <summary>Starts a node and waits until it listens.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="tier">Its tier.</param>
    /// <param name="options">Further options of `isthmus serve`.</param>
    /// <param name="cancellationToken">Gives up, and ends the process.</param>
    /// <exception cref="IsthmusException">It ended, or did not listen within a minute; the message holds its last line.</exception>
    public static async Task<NodeProcess> StartAsync(string name, Tier tier, IEnumerable<string> options, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        string[] arguments =
        [
            "exec", Path.Combine(AppContext.BaseDirectory, "isthmus.dll"), "serve", "--tier", tier.ToString().ToLowerInvariant(), "--name", name,
            "--listen", "http://127.0.0.1:0", "--until-stdin-closes", .. options,
        ];
        foreach (string argument in arguments) start.ArgumentList.Add(argument);

        TaskCompletionSource<string> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        NodeProcess node = new(new Process { StartInfo = start, EnableRaisingEvents = true }, name, tier);
        node._process.ErrorDataReceived += (_, e) => node.Read(e.Data, listening);
        node._process.OutputDataReceived += (_, e) => node.Read(e.Data, listening);
        node._process.Exited += (_, _) => listening.TrySetException(node.Failure("ended before it listened"));
        try
        {
            node._process.Start();
            node._process.BeginErrorReadLine();
            node._process.BeginOutputReadLine();
            node.Url = await listening.Task.WaitAsync(StartLimit, TimeProvider.System, cancellationToken);
            return node;
        }
        catch (TimeoutException)
        {
            await node.DisposeAsync();
            throw node.Failure($"did not listen within {StartLimit.TotalSeconds} s");
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the process: first by closing its input, so that it finishes what it accepted, then by force.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
            using CancellationTokenSource patience = new(TimeSpan.FromSeconds(5));
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or InvalidOperationException or IOException)
        {
            Kill();
        }

        _process.Dispose();
    }

    /// <summary>Ends the process at once, as a crash would.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It never started, or has ended already.
        }
    }

    private void Read(string? line, TaskCompletionSource<string> listening)
    {
        if (line is null) return;
        _log.Enqueue(line);
        while (_log.Count > 200) _log.TryDequeue(out _);
        if (Address().Match(line) is { Success: true } address) listening.TrySetResult(address.Value);
    }

    private IsthmusException Failure(string what) =>
        new(ErrorKind.Node, $"The {Name} process {what}; its last line was: {_log.LastOrDefault() ?? "(none)"}");

    [GeneratedRegex(@"http://127\.0\.0\.1:[1-9]\d*")]
    private static partial Regex Address();
}
