import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { ThrottlerModule, type ThrottlerModuleOptions } from '@nestjs/throttler';
import { DataSource } from 'typeorm';
import { AccountModule } from './account/account.module.js';
import { AdminModule } from './admin/admin.module.js';
import { AuditModule } from './audit/audit.module.js';
import { RiskModule } from './audit/risk.module.js';
import { AuthModule } from './auth/auth.module.js';
import { ApiThrottlerGuard } from './auth/guards/api-throttler.guard.js';
import { JwtAuthGuard } from './auth/guards/jwt-auth.guard.js';
import { RolesGuard } from './auth/guards/roles.guard.js';
import { StoreThrottlerStorage } from './auth/guards/store-throttler.storage.js';
import { HealthModule } from './health/health.module.js';
import { Config } from './platform/config/config.js';
import { CryptoModule } from './platform/crypto/crypto.module.js';
import { ErrorFilter } from './platform/http/error.filter.js';
import { SchemaPipe } from './platform/http/validation.js';
import { stopTracing } from './platform/observability/tracing.js';
import { KeyValueStore } from './platform/store/key-value-store.js';
import { StoreModule } from './platform/store/store.module.js';
import { SessionModule } from './session/session.module.js';

/** The table of contents. Guards run in the order they stand here: first how often, then who, then what for. */
@Module({
  imports: [
    StoreModule,
    CryptoModule,
    ThrottlerModule.forRootAsync({ inject: [Config, KeyValueStore], useFactory: throttlerOptions }),
    AuditModule,
    RiskModule,
    SessionModule,
    AuthModule,
    AccountModule,
    AdminModule,
    HealthModule,
  ],
  providers: [
    { provide: APP_GUARD, useClass: ApiThrottlerGuard },
    { provide: APP_GUARD, useClass: JwtAuthGuard },
    { provide: APP_GUARD, useClass: RolesGuard },
    { provide: APP_PIPE, useClass: SchemaPipe },
    { provide: APP_FILTER, useClass: ErrorFilter },
  ],
})
export class AppModule implements OnApplicationShutdown {
  constructor(
    private readonly config: Config,
    private readonly dataSource: DataSource,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
    await stopTracing(this.config.shutdown.graceMs);
  }
}

function throttlerOptions({ apiLimit }: Config, store: KeyValueStore): ThrottlerModuleOptions {
  return {
    throttlers: [{ limit: apiLimit.count, ttl: apiLimit.windowMs }],
    storage: new StoreThrottlerStorage(store),
  };
}
