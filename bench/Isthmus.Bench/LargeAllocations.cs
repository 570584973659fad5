using System.Diagnostics.Tracing;

namespace Isthmus.Bench;

/// <summary>
/// Watches this process for allocations of large objects (over 85 kB), which the garbage collector keeps apart. The runtime
/// reports one after about every 100 kB of them, a moment later, so none can repeat unseen.
/// </summary>
internal sealed class LargeAllocations : EventListener
{
    private const EventKeywords GarbageCollection = (EventKeywords)1;

    private long _count;

    /// <summary>How many were reported so far.</summary>
    public long Count => Interlocked.Read(ref _count);

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "Microsoft-Windows-DotNETRuntime") EnableEvents(eventSource, EventLevel.Verbose, GarbageCollection);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName?.StartsWith("GCAllocationTick", StringComparison.Ordinal) != true) return;
        int kind = eventData.PayloadNames?.IndexOf("AllocationKind") ?? -1;
        if (kind >= 0 && Convert.ToUInt32(eventData.Payload![kind]) == 1) Interlocked.Increment(ref _count);
    }
}
