using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Isthmus.Core.Errors;
using Isthmus.Core.Json;

namespace Isthmus.Lab.Orchestration;

/// <summary>
/// The process of one user, from outside: a line for each request, one under way at a time. It ends when it is disposed, and also when this process dies, because its input ends then.
/// Not thread-safe.
/// </summary>
internal sealed class LiveUserProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly TimeProvider _clock;
    private long _requests;

    private LiveUserProcess(Process process, TimeProvider clock)
    {
        _process = process;
        _clock = clock;
    }

    /// <summary>What it said when it was ready.</summary>
    public LiveUserReply Ready { get; private set; } = new(0);

    /// <summary>The number of the process.</summary>
    public int Id { get; private set; }

    /// <summary>Whether it can be asked.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Starts a process and waits until it is ready.</summary>
    /// <exception cref="IsthmusException">It ended, or was not ready within a minute; the message holds its last line.</exception>
    public static async Task<LiveUserProcess> StartAsync(string name, LiveUserSetup setup, TimeProvider clock, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        foreach (string argument in new[] { "exec", Path.Combine(AppContext.BaseDirectory, "isthmus.dll"), "lab", "live-user" }) start.ArgumentList.Add(argument);
        LiveUserProcess user = new(new Process { StartInfo = start }, clock);
        try
        {
            user._process.ErrorDataReceived += (_, e) => user.Complain(e.Data);
            user._process.Start();
            user._process.BeginErrorReadLine();
            user.Id = user._process.Id;
            user.IsRunning = true;
            await user.WriteAsync(setup, cancellationToken);
            user.Ready = await user.ReadAsync(StartLimit, cancellationToken) ?? throw new IsthmusException(ErrorKind.Node, $"The process of {name} {user.Ending()}.");
            return user;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            await user.DisposeAsync();
            throw new IsthmusException(ErrorKind.Node, $"The process of {name} {user.Ending()}.", e);
        }
        catch
        {
            await user.DisposeAsync();
            throw;
        }
    }

    /// <summary>Has it send one request. One that does not answer in time is ended: it is not known what it would answer next.</summary>
    /// <param name="action">The place of what to do.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Gives up, and ends the process.</param>
    public async Task<LiveAnswer> AskAsync(int action, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (!IsRunning) return LiveAnswer.Lost("The user's process is gone.");
        try
        {
            long id = ++_requests;
            await WriteAsync(new LiveUserRequest(id, action), cancellationToken);
            if (await ReadAsync(timeout, cancellationToken) is not { } reply || reply.Id != id)
            {
                string how = Ending();
                Kill();
                return LiveAnswer.Lost($"The user's process {how}.");
            }

            return reply.Ms is { } ms && double.IsFinite(ms) ? new(ms, reply.LinkMs, reply.NodeMs, reply.Bytes, reply.IsRight, null)
                : LiveAnswer.Lost(reply.Problem ?? "The user's process did not say why.");
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or IsthmusException)
        {
            Kill();
            return LiveAnswer.Lost($"The user's process {Ending()}.");
        }
        catch (OperationCanceledException)
        {
            Kill();
            throw;
        }
    }

    /// <summary>Ends the process at once, as a crash would.</summary>
    public void Kill()
    {
        IsRunning = false;
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It never started, or has ended already.
        }
    }

    /// <summary>Ends the process: first by closing its input, then by force.</summary>
    public async ValueTask DisposeAsync()
    {
        IsRunning = false;
        try
        {
            _process.StandardInput.Close();
            using CancellationTokenSource patience = new(EndLimit, _clock);
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or InvalidOperationException or IOException)
        {
            Kill();
        }

        _process.Dispose();
    }

    private async Task WriteAsync<T>(T line, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(line, IsthmusJson.Compact).AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
    }

    // Null if it ended, or was too late.
    private async Task<LiveUserReply?> ReadAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            string? line = await _process.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(limit, _clock, cancellationToken);
            return line is null ? null : StrictJson.Parse<LiveUserReply>(line, "the user's line", "answer");
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private void Complain(string? line)
    {
        if (string.IsNullOrWhiteSpace(line)) return;
        _complaints.Enqueue(line);
        while (_complaints.Count > 20) _complaints.TryDequeue(out _);
    }

    private string Ending() => $"ended or did not answer; its last line was: {_complaints.LastOrDefault() ?? "(none)"}";
}
